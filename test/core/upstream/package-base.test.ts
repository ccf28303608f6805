import { describe, expect, it } from 'vitest';
import { resolveBase } from '../../../core/upstream/upstream-subdir.ts';

const subdir = 'https://example.org/chan/noarch';

describe('a base URL that brings a secret is refused, and the secret is not repeated', () => {
  it.each([
    ['https://user:secret@cdn.example.org/'],
    ['//user:secret@cdn.example.org/'],
    ['https://cdn.example.org/t/secret/files/'],
    ['https://cdn.example.org/a/T/secret/'],
    ['/t/secret/chan/'],
    ['../t/secret'],
    ['https://cdn.example.org/files/?sig=secret'],
    ['pool?sig=secret'],
  ])('%s', (base) => {
    const call = () => resolveBase(base, subdir);
    expect(call).toThrow(
      expect.objectContaining({
        code: 'upstream.body',
        message: expect.stringContaining('carries credentials, a query or a fragment'),
      }),
    );
    expect(call).not.toThrow('secret');
  });
});

it.each([
  ['../pool/', 'https://example.org/chan/pool/'],
  ['', 'https://example.org/chan/noarch/'],
  ['https://cdn.example.org/t/', 'https://cdn.example.org/t/'],
])('%j is taken', (base, expected) => {
  expect(resolveBase(base, subdir)).toBe(expected);
});

describe('a base URL on this machine', () => {
  it.each([
    'http://127.0.0.1:8080/',
    'http://2130706433/x',
    'http://localhost/',
    'http://[::1]/',
    'http://169.254.169.254/',
  ])('is refused for a channel that is elsewhere: %s', (base) => {
    for (const from of ['http://example.org/chan/noarch', 'http://10.0.0.1/noarch']) {
      expect(() => resolveBase(base, from)).toThrow('is of this machine or its own link');
    }
  });

  it('is fine for a channel of this machine', () => {
    expect(resolveBase('http://127.0.0.1:9/x', 'http://localhost:8/chan/noarch')).toBe('http://127.0.0.1:9/x/');
    expect(resolveBase('http://127.0.0.1:9/x', 'file:///chan/noarch')).toBe('http://127.0.0.1:9/x/');
  });
});

describe('a base URL of a channel in a folder', () => {
  const from = 'file:///srv/chan%20nel/noarch';

  it.each([
    ['', 'file:///srv/chan%20nel/noarch/'],
    ['../pool', 'file:///srv/chan%20nel/pool/'],
    ['..', 'file:///srv/chan%20nel/'],
    ['a/%2e%2e/b', 'file:///srv/chan%20nel/noarch/b/'],
    ['file:///srv/chan%20nel/noarch/x', 'file:///srv/chan%20nel/noarch/x/'],
    ['/srv/chan%20nel/pool', 'file:///srv/chan%20nel/pool/'],
  ])('stays inside its folder: %j', (base, expected) => {
    expect(resolveBase(base, from)).toBe(expected);
  });

  it.each([
    '../..',
    '../../other',
    '../../chan%20nel2/noarch',
    '%2e%2e/%2E%2E/other',
    '..\\..\\other',
    '/etc',
    'file:///etc',
    'file://server/srv/chan%20nel/noarch',
    '..%2f..%2fother',
    '..%5C..%5Cother',
    'file:///srv/chan%20nel%2f..%2f..%2fetc',
  ])('is refused where it leads out: %s', (base) => {
    expect(() => resolveBase(base, from)).toThrow("is outside the upstream's folder");
  });
});
