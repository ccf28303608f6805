import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isReserved } from '../../../core/names/reserved-names.ts';

test.each([
  ['acme', true],
  ['Acme', true],
  ['acme-tool', true],
  ['acme_tool', true],
  ['ACME.Tool', true],
  ['acme--tool', true],
  ['acmefoo', false],
  ['my-acme', false],
  ['acm', false],
])('%s with acme reserved: %s', (name, expected) => {
  expect(isReserved(name, ['acme'])).toBe(expected);
});

test('a name is reserved in each of its spellings or in none', () => {
  const part = fc.stringMatching(/^[a-z0-9]{1,6}$/);
  const parts = fc.array(part, { minLength: 1, maxLength: 3 });
  const separator = fc.stringMatching(/^[-_.]{1,3}$/);
  fc.assert(
    fc.property(parts, parts, separator, (name, own, between) => {
      const isBelow = own.every((each, i) => each === name[i]);
      expect(isReserved(name.join(between).toUpperCase(), [own.join('-')])).toBe(isBelow);
    }),
  );
});
