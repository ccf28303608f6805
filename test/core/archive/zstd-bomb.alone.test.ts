import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { defaultLimits, startBudget } from '../../../core/archive/limits.ts';
import { decodeZstd } from '../../../core/archive/zstd/decode-zstd.ts';
import { zstdBomb } from '../../support/archives/build-zstd.ts';
import { inSlices, joined, refusalOf } from '../../support/packages/refusal.ts';

// Alone, since it measures how far a decoder runs ahead: beside 200 other files in one process it now and then ran to the end.
describe('a bomb of a gigabyte', () => {
  it('stops a bomb of a gigabyte while it decodes', async () => {
    const bomb = zstdBomb();
    const budget = startBudget(defaultLimits);
    expect(bomb.length).toBeLessThan(33_000);
    expect(await refusalOf(joined(decodeZstd(inSlices(bomb, 4096), budget.meter(bomb.length))))).toBe('A13.ratio');
    expect(budget.spent()).toBeLessThan(80 * 1024 ** 2);
  });

  it('decodes no more of a bomb than is read, however slow the reader', async () => {
    let largestBytes = 0;
    let chunks = 0;
    for await (const { length } of decodeZstd(inSlices(zstdBomb(), 4096), () => {})) {
      largestBytes = Math.max(largestBytes, length);
      if (++chunks === 4) break;
      await setTimeout(100);
    }
    expect(largestBytes).toBeLessThan(2 * 1024 ** 2);
  });
});
