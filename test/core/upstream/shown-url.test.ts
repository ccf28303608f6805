import { expect, it } from 'vitest';
import { shownUrl } from '../../../core/upstream/shown-url.ts';

it.each([
  ['https://example.org/chan/noarch', 'https://example.org/chan/noarch'],
  ['file:///srv/chan', 'file:///srv/chan'],
  ['https://user:secret@example.org/a', 'https://***@example.org/a'],
  ['https://secret@example.org/a', 'https://***@example.org/a'],
  ['https://example.org/t/secret/chan', 'https://example.org/t/***/chan'],
  ['https://example.org/T/secret', 'https://example.org/t/***'],
  ['https://bucket.example.org/a?X-Amz-Signature=secret&b=1', 'https://bucket.example.org/a'],
  ['https://example.org/a#secret', 'https://example.org/a'],
  ['../pool?sig=secret', '../pool'],
  ['/t/secret/chan#secret', '/t/***/chan'],
  ['//user:secret@example.org/a', '//***@example.org/a'],
  ['http://[user:secret@/a?secret', 'http://***@/a'],
  ['not a URL', 'not a URL'],
])('%s is shown as %s', (url, shown) => expect(shownUrl(url)).toBe(shown));
