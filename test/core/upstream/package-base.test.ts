import { describe, expect, it } from 'vitest';
import { resolveBase } from '../../../core/upstream/upstream-subdir.ts';

const subdir = 'https://example.org/chan/noarch';

describe('a base URL that brings a secret is refused, and the secret is not repeated', () => {
  it.each([
    ['https://user:secret@cdn.example.org/', 'carries credentials'],
    ['//user:secret@cdn.example.org/', 'carries credentials'],
    ['https://cdn.example.org/t/secret/files/', 'carries a token'],
    ['https://cdn.example.org/a/T/secret/', 'carries a token'],
    ['/t/secret/chan/', 'carries a token'],
    ['../t/secret', 'carries a token'],
    ['https://cdn.example.org/files/?sig=secret', 'carries a query'],
    ['pool?sig=secret', 'carries a query'],
  ])('%s', (base, reason) => {
    const call = () => resolveBase(base, subdir);
    expect(call).toThrow(expect.objectContaining({ code: 'upstream.body', message: expect.stringContaining(reason) }));
    expect(call).not.toThrow('secret');
  });

  it('also when the channel has another token, or has it at another host', () => {
    const own = 'https://example.org/t/secret-1/chan/noarch';
    expect(() => resolveBase('/t/secret-2/chan/', own)).toThrow('carries a token');
    expect(() => resolveBase('https://cdn.example.org/t/secret-1/chan/', own)).toThrow('carries a token');
  });
});

it.each([
  ['https://example.org/t/secret/chan/noarch', '../pool/', 'https://example.org/t/secret/chan/pool/'],
  ['https://example.org/t/secret/chan/noarch', '', 'https://example.org/t/secret/chan/noarch/'],
  ['https://u:secret@example.org/chan/noarch', 'pool', 'https://u:secret@example.org/chan/noarch/pool/'],
  [subdir, 'https://cdn.example.org/t/', 'https://cdn.example.org/t/'],
])('what the channel of %s was asked with stays its own: %j', (from, base, expected) => {
  expect(resolveBase(base, from)).toBe(expected);
});
