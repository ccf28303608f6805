import fc from 'fast-check';
import { expect, test } from 'vitest';
import { didYouMean } from '../../../core/problems/did-you-mean.ts';

const keys = ['channels', 'channel', 'platforms', 'packages', 'policy'];

test.each([
  ['platfroms', 'platforms'],
  ['chanel', 'channel'],
  ['chanels', 'channels'],
  ['Packages', 'packages'],
  ['polcy', 'policy'],
  ['licence', null],
  ['x', null],
  ['', null],
])('%j -> %j', (word, meant) => expect(didYouMean(word, keys)).toBe(meant));

test('a word of a megabyte is not measured', () => expect(didYouMean('a'.repeat(1e6), keys)).toBeNull());

test('one slip is always found out', () => {
  const slip = fc.record({
    word: fc.stringMatching(/^[a-z]{4,12}$/),
    at: fc.nat(),
    how: fc.constantFrom<'drop' | 'add' | 'change' | 'swap'>('drop', 'add', 'change', 'swap'),
    letter: fc.stringMatching(/^[a-z]$/),
  });
  fc.assert(
    fc.property(slip, ({ word, at, how, letter }) => {
      const i = at % (word.length - 1);
      const [before, here, next, after] = [word.slice(0, i), word[i] ?? '', word[i + 1] ?? '', word.slice(i + 2)];
      const slipped = {
        drop: before + next + after,
        add: before + letter + here + next + after,
        change: before + letter + next + after,
        swap: before + next + here + after,
      };
      expect(didYouMean(slipped[how], ['0000000000000000', word])).toBe(word);
    }),
  );
});
