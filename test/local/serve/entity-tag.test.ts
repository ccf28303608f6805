import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { entityTag, listHoldsTag } from '../../../local/serve/answer.ts';

test('a tag that is one already stays; any other is put in quotes', () => {
  expect(entityTag('"v1"')).toBe('"v1"');
  expect(entityTag('1a-2b-3c')).toBe('"1a-2b-3c"');
  expect(entityTag('W/"v1"')).toBe('"W%2F%22v1%22"');
});

test('any store tag becomes a strong entity tag, and different ones stay different', () => {
  const opaque = fc.string({ unit: 'grapheme' }).filter((text) => !text.startsWith('"'));
  fc.assert(
    fc.property(opaque, opaque, (a, b) => {
      expect(entityTag(a)).toMatch(/^"[\x21\x23-\x7e]*"$/);
      expect(entityTag(a) === entityTag(b)).toBe(a === b);
    }),
  );
});

describe('a list of tags', () => {
  test.each([
    ['"a"', true, true],
    ['*', true, true],
    [' * ', true, true],
    ['"b", "a"', true, true],
    ['"b","a" ,"c"', true, true],
    ['W/"a"', true, false],
    ['"b", W/"a"', true, false],
    ['"A"', false, false],
    ['"ab"', false, false],
    ['a', false, false],
    ['"*"', false, false],
    ['"b, a"', false, false],
    ['', false, false],
  ])('%s holds "a": weakly %s, strongly %s', (list, weakly, strongly) => {
    expect([listHoldsTag(list, '"a"', 'weak'), listHoldsTag(list, '"a"', 'strong')]).toEqual([weakly, strongly]);
  });

  test('finds a tag wherever it stands, and no tag in a list without it', () => {
    const tag = fc.stringMatching(/^[!#-~]{0,8}$/).map((text) => `"${text}"`);
    fc.assert(
      fc.property(fc.array(tag), tag, fc.nat(), (others, wanted, at) => {
        const without = others.filter((other) => other !== wanted);
        expect(listHoldsTag(without.join(', '), wanted, 'strong')).toBe(false);
        expect(listHoldsTag(without.toSpliced(at % (without.length + 1), 0, wanted).join(', '), wanted, 'strong')).toBe(
          true,
        );
      }),
    );
  });
});
