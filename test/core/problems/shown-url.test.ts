import { expect, it } from 'vitest';
import { shownUrl, withoutSecrets } from '../../../core/problems/shown-url.ts';

it.each([
  ['https://example.org/chan/noarch', 'https://example.org/chan/noarch'],
  ['https://example.org:8080/chan', 'https://example.org:8080/chan'],
  ['http://[::1]:80/chan', 'http://[::1]:80/chan'],
  ['https://example.org/@scope/chan', 'https://example.org/@scope/chan'],
  ['https://example.org/chan::numpy', 'https://example.org/chan::numpy'],
  ['https://example.org/chan?', 'https://example.org/chan?'],
  ['conda-forge::numpy', 'conda-forge::numpy'],
  ['conda-forge/linux-64::numpy', 'conda-forge/linux-64::numpy'],
  ['file:///srv/chan', 'file:///srv/chan'],
  ['file:///srv/t/me@home/chan', 'file:///srv/t/me@home/chan'],
  ['https://user:secret@example.org/a', 'https://***@example.org/a'],
  ['https://secret@example.org/a', 'https://***@example.org/a'],
  ['HTTPS://user:secret@example.org/a', 'HTTPS://***@example.org/a'],
  ['https:\\\\user:secret@example.org\\a', 'https:\\\\***@example.org\\a'],
  ['https:/user:secret@example.org/a', 'https:/***@example.org/a'],
  ['https:user:secret@example.org/a', '***@example.org/a'],
  [' https://user:secret@example.org/a', ' https://***@example.org/a'],
  ['https://user:sec ret@example.org/a', 'https://***@example.org/a'],
  ['https://user:sec%40ret@example.org/a', 'https://***@example.org/a'],
  ['https://user:secret%40example.org/a', 'https://***@example.org/a'],
  ['https://user:secret', 'https://***'],
  ['https://user:sec?ret@example.org/a', 'https://***?***'],
  ['https://user:sec/ret@example.org/a', 'https://***'],
  ['ht tps://user:secret@example.org/a', '***'],
  ['user:secret@example.org/a?sig=secret', '***@example.org/a?***'],
  ['user:sec/ret@example.org/a', '***'],
  ['secret@example.org', '***@example.org'],
  ['file://user:secret@example.org/a', 'file://***@example.org/a'],
  ['https://example.org/t/secret/chan', 'https://example.org/t/***/chan'],
  ['https://example.org/T/secret', 'https://example.org/T/***'],
  ['https://example.org/%74/secret/a', 'https://example.org/%74/***/a'],
  ['https://example.org/%2554/secret/a', 'https://example.org/%2554/***/a'],
  ['https://example.org/t//./secret/a', 'https://example.org/t//./***/a'],
  ['https://example.org/t%2Fsecret/a', 'https://example.org/t%2F***/a'],
  ['https://example.org\\t\\secret\\a', 'https://example.org\\t\\***\\a'],
  ['t/secret/chan', 't/***/chan'],
  ['https://bucket.example.org/a?X-Amz-Signature=secret&b=1', 'https://bucket.example.org/a?***'],
  ['https://example.org/a#secret', 'https://example.org/a#***'],
  ['https://example.org/a?secret#secret', 'https://example.org/a?***'],
  ['https://example.org/https://user:secret@example.com/a', 'https://example.org/https://***@example.com/a'],
  ['https://example.org/a https://user:secret@example.com', 'https://example.org/a https://***@example.com'],
  ['../pool?sig=secret', '../pool?***'],
  ['/t/secret/chan#secret', '/t/***/chan#***'],
  ['//user:secret@example.org/a', '//***@example.org/a'],
  ['http://[user:secret@/a?secret', 'http://***@/a?***'],
  ['not a URL', 'not a URL'],
])('%s is shown as %s, and so again', (url, shown) => {
  expect(shownUrl(url)).toBe(shown);
  expect(shownUrl(shown)).toBe(shown);
});

it('a text shows none of its URLs as they must not be shown, and all else as it is', () => {
  const text = 'read (https://u:secret@h/a), "u:secret@h/b?sig=secret" and //h/c?sig=secret: is it so? 3 # 4, a/t/b';
  expect(withoutSecrets(text)).toBe('read (https://***@h/a), "***@h/b?***" and //h/c?*** is it so? 3 # 4, a/t/b');
});

it.each([
  ['@', 'a'],
  ['//', 'a'],
  ['a://', 'a'],
  ['t/', '?'],
  ['a'.repeat(10), '@'],
])('a million of %j is looked through in no time', (part, end) => {
  const text = part.repeat(1_000_000 / part.length) + end;
  const start = performance.now();
  expect(shownUrl(text)).toBe('***');
  withoutSecrets(text);
  expect(performance.now() - start).toBeLessThan(5000);
});

it.each(['//a', 'a://', '/ ', '/t/ /'])('nor does as much of %j as a URL may have end in an error', (part) => {
  const url = `/${part.repeat(8190 / part.length)}`;
  expect(shownUrl(`${url}?secret`)).not.toContain('secret');
  expect(withoutSecrets(`${url} u:secret@h`)).not.toContain('secret');
});
