import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textSearch } from '../../../../core/gate/contents/placeholder.ts';

function isFound(needle: string, text: string, slices: readonly number[]): boolean {
  const search = textSearch(needle);
  const bounds = [0, ...slices.map((at) => at % (text.length + 1)).sort((a, b) => a - b), text.length];
  for (let i = 0; i + 1 < bounds.length; i++) search.see(Buffer.from(text.slice(bounds[i], bounds[i + 1])));
  return search.isFound();
}

const letters = (most: number) => fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: most });
const slices = fc.array(fc.nat(), { maxLength: 4 });

describe('textSearch', () => {
  it('finds what is there, however it comes, and nothing else', () => {
    fc.assert(
      fc.property(letters(6), letters(60), slices, (needle, text, at) => {
        expect(isFound(needle, text, at)).toBe(text.includes(needle));
      }),
    );
  });

  it('finds a long text across slices', () => {
    fc.assert(
      fc.property(letters(100), letters(50), letters(50), slices, (needle, before, behind, at) => {
        expect(isFound(needle, `${before}${needle}${behind}`, at)).toBe(true);
      }),
    );
  });

  it('does not find what no path can be', () => {
    expect(isFound('a'.repeat(4096), 'a'.repeat(5000), [])).toBe(true);
    expect(isFound('a'.repeat(4097), 'a'.repeat(5000), [])).toBe(false);
  });
});
