import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBzip2 } from '../../../core/archive/bzip2.ts';
import { startBudget } from '../../../core/archive/decode-budget.ts';
import { collectFindings } from '../../../core/archive/finding.ts';
import { defaultLimits } from '../../../core/archive/read-limits.ts';
import { bzip2, bzip2Bomb } from '../../support/archives/build-bzip2.ts';
import { inSlices, joined, refusalOf } from '../../support/packages/refusal.ts';

const decode = (bytes: Uint8Array, size = 1000, report = (_: string) => {}) =>
  joined(decodeBzip2(inSlices(bytes, size), () => {}, report));

async function odd(bytes: Uint8Array): Promise<string[]> {
  const { report, list } = collectFindings();
  await joined(decodeBzip2(inSlices(bytes, 1000), () => {}, report));
  return list().map(({ code }) => code);
}

const small = bzip2('hello '.repeat(100));
/** Three blocks of 100 kB that do not compress, so that block ends lie far apart. */
const random = randomBytes(250_000);
const large = bzip2(random);
const flipped = (bytes: Uint8Array, at: number): Uint8Array => bytes.with(at < 0 ? bytes.length + at : at, 0x5a);

const refused: [string, Uint8Array, string][] = [
  ['nothing', new Uint8Array(), 'A7.header'],
  ['another magic', Buffer.from('BZip2 is not it'), 'A7.header'],
  ['block size 0', Buffer.from('BZh0'), 'A7.header'],
  ['a header alone', small.subarray(0, 4), 'A7.truncated'],
  ['a stream cut in its block', small.subarray(0, 30), 'A7.truncated'],
  ['a stream cut in its CRC', small.subarray(0, -1), 'A7.truncated'],
  ['a wrong block CRC', flipped(small, 11), 'A7.crc'],
  ['a wrong stream CRC', flipped(small, -2), 'A7.crc'],
  ['a block marker that is none', flipped(small, 5), 'A7.data'],
  ['garbage behind', Buffer.concat([small, Buffer.from('garbage')]), 'A7.trailing'],
  ['garbage behind zeros', Buffer.concat([small, new Uint8Array(5000), Buffer.from('!')]), 'A7.trailing'],
  ['a second stream cut short', Buffer.concat([small, small.subarray(0, -10)]), 'A7.truncated'],
];

describe('decodeBzip2', () => {
  it.each(refused)('refuses %s', async (_, bytes, code) => {
    expect(await refusalOf(decode(bytes))).toBe(code);
  });

  it('decodes many blocks, whatever the slices', async () => {
    for (const size of [1, 7, 65_536, 10 ** 6]) expect((await decode(large, size)).equals(random)).toBe(true);
  });

  it('decodes an empty stream', async () => {
    expect(await decode(bzip2(''))).toHaveLength(0);
  });

  it('decodes streams in a row and says so', async () => {
    const two = Buffer.concat([bzip2('one '), bzip2('two')]);
    expect((await decode(two)).toString()).toBe('one two');
    expect(await odd(two)).toEqual(['bzip2.multistream']);
  });

  it('reads zeros behind the stream and says so', async () => {
    expect(await odd(Buffer.concat([small, new Uint8Array(3000)]))).toEqual(['bzip2.padding']);
  });

  it('reads no more than a block and 64 KiB when its reader stops', async () => {
    let given = 0;
    const counted = async function* () {
      for await (const slice of inSlices(large, 16_384)) {
        given += slice.length;
        yield slice;
      }
    };
    for await (const bytes of decodeBzip2(
      counted(),
      () => {},
      () => {},
    )) {
      expect(bytes.length).toBeGreaterThan(0);
      break;
    }
    expect(given).toBeLessThan(101_000 + 65_536);
    expect(large.length).toBeGreaterThan(250_000);
  });

  it('stops a bomb of a gigabyte while it decodes', async () => {
    const bomb = bzip2Bomb();
    const budget = startBudget(defaultLimits);
    expect(bomb.length).toBeLessThan(1000);
    const drain = () => joined(decodeBzip2(inSlices(bomb, 100), budget.meter(bomb.length), () => {}));
    expect(await refusalOf(drain())).toBe('A13.ratio');
    expect(budget.spent()).toBeLessThan(defaultLimits.ratioFrom + 10 ** 6);
  });
});

describe('laws of decodeBzip2', () => {
  const data = fc.oneof(
    fc.uint8Array({ maxLength: 3000 }),
    fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 9 }), fc.nat(3000)).map(([unit, times]) => {
      return Buffer.alloc(unit.length * times, Buffer.from(unit));
    }),
  );

  it('gives back what was compressed', async () => {
    await fc.assert(
      fc.asyncProperty(data, fc.integer({ min: 1, max: 3000 }), async (bytes, size) => {
        expect((await decode(bzip2(bytes), size)).equals(bytes)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('refuses every truncation', async () => {
    for (let length = 4; length < small.length; length++) {
      expect(await refusalOf(decode(small.subarray(0, length)))).toBe('A7.truncated');
    }
  });

  it('takes a flipped bit for bad, or for the same content', async () => {
    const plain = 'hello '.repeat(100);
    for (let bit = 0; bit < small.length * 8; bit++) {
      const bad = small.with(bit >> 3, (small[bit >> 3] ?? 0) ^ (1 << (bit & 7)));
      const read = await decode(bad).catch((error: Error) => error.message);
      if (typeof read === 'string') expect(read).toMatch(/^A7\./);
      else expect(read.toString()).toBe(plain);
    }
  });
});
