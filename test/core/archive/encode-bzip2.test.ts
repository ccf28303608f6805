import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { decodeBzip2 } from '../../../core/archive/bzip2/decode-bzip2.ts';
import { encodeBzip2 } from '../../../core/archive/bzip2/encode-bzip2.ts';
import { defaultLimits, startBudget } from '../../../core/archive/limits.ts';
import { incompressibleBytes, quickBzip2 } from '../../../local/sample/build-package.ts';
import { bunzip2 } from '../../support/archives/bunzip2.ts';
import { inSlices, joined } from '../../support/packages/refusal.ts';

const blockBytes = 700_000;

/** Runs of one byte compress fast, and end their blocks at any bit. */
const runs = (lengths: readonly number[]) =>
  Buffer.concat(lengths.map((length, at) => Buffer.alloc(length, (at * 37) % 251)));

/** Decodes strictly; nothing about it may be odd, several streams in a row among that. */
async function decoded(bytes: Uint8Array): Promise<Buffer> {
  const report = vi.fn();
  const { meter } = startBudget({ ...defaultLimits });
  const read = await joined(decodeBzip2(inSlices(bytes, 10_000), meter(bytes.length), report));
  expect(report.mock.calls).toEqual([]);
  return read;
}

describe('encodeBzip2', () => {
  it('is one stream of as many blocks as it takes, the same each time, whatever the slices', async () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 400_000 }), { maxLength: 8 });
    const property = fc.asyncProperty(lengths, fc.integer({ min: 1000, max: 2_000_000 }), async (given, slice) => {
      const bytes = runs(given);
      const encoded = await joined(encodeBzip2(inSlices(bytes, slice), quickBzip2));
      expect((await decoded(encoded)).equals(bytes)).toBe(true);
      expect(bunzip2(encoded).equals(bytes)).toBe(true);
      expect(await joined(encodeBzip2(inSlices(bytes, blockBytes), quickBzip2))).toEqual(encoded);
    });
    await fc.assert(property, {
      numRuns: 20,
      examples: [
        [[], 1000],
        [[350_000, 350_000], 1],
        [[400_000], 1000],
      ],
    });
  });

  it('asks for no more than a block before it gives the one in front of it', async () => {
    let asked = 0;
    async function* endless() {
      for (;;) {
        asked += 100_000;
        yield new Uint8Array(100_000);
      }
    }
    const stream = encodeBzip2(endless(), quickBzip2);
    await stream.next();
    expect(asked).toBe(0);
    await stream.next();
    expect(asked).toBe(blockBytes);
    await stream.next();
    expect(asked).toBe(2 * blockBytes);
    await stream.return(undefined);
  });

  it.each<[string, (bytes: Uint8Array) => Promise<Uint8Array>]>([
    ['two blocks', quickBzip2],
    ['nothing', async () => new Uint8Array()],
    ['no bzip2', async (bytes) => bytes],
    ['a cut stream', async (bytes) => (await quickBzip2(bytes.subarray(0, 1000))).subarray(0, -2)],
  ])('takes %s of a block for a bug', async (_, bzip2) => {
    const bytes = incompressibleBytes('two', 150_000);
    await expect(joined(encodeBzip2(inSlices(bytes, 50_000), bzip2))).rejects.toThrow(/internal.bug|one block/);
  });
});
