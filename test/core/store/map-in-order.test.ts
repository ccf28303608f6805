import fc from 'fast-check';
import { expect, it } from 'vitest';
import { eachAtOnce } from '../../../core/store/map-in-order.ts';

/** Work that ends in an order of chance, and what was seen of it. */
function watched(fails: (item: number) => boolean) {
  const seen = { begun: [] as number[], under: 0, most: 0 };
  const work = async (item: number) => {
    seen.begun.push(item);
    seen.most = Math.max(seen.most, ++seen.under);
    for (let turns = (item * 7) % 5; turns >= 0; turns--) await new Promise(setImmediate);
    seen.under -= 1;
    if (fails(item)) throw new Error(`${item}`);
  };
  return { seen, work };
}

it('does the work of each item once, so many at a time', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(30), fc.integer({ min: 1, max: 8 }), async (count, limit) => {
      const items = [...Array(count).keys()];
      const { seen, work } = watched(() => false);
      await eachAtOnce(items, limit, work);
      expect(seen.begun).toEqual(items);
      expect(seen.most).toBe(Math.min(count, limit));
    }),
    { numRuns: 30 },
  );
});

it('begins nothing after a failure, and throws it when nothing is under way any more', async () => {
  const { seen, work } = watched((item) => item === 5);
  await expect(eachAtOnce(Array(100).keys(), 4, work)).rejects.toThrow('5');
  expect(seen.under).toBe(0);
  expect(seen.begun.length).toBeLessThan(20);
});
