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
