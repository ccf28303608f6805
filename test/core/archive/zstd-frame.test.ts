import { setTimeout } from 'node:timers/promises';
import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultLimits, startBudget } from '../../../core/archive/limits.ts';
import { decodeZstd } from '../../../core/archive/zstd/decode-zstd.ts';
import { buildFrame, rawBlock, runBlock, skippableFrame, zstdBomb } from '../../support/archives/build-zstd.ts';
import { inSlices, joined, refusalOf } from '../../support/packages/refusal.ts';

const decode = (bytes: Uint8Array, size = 1000) => joined(decodeZstd(inSlices(bytes, size), () => {}));
const frame = buildFrame({ blocks: [rawBlock('hello '), runBlock(3)], contentSize: 9 });
const packed = zstdCompressSync(Buffer.from('conda '.repeat(50_000)));

const empty = new Uint8Array();
/** More than are decoded at once. */
const manyBlocks = Array.from({ length: 20 }, () => rawBlock('x'));

const refused: [string, Uint8Array, string][] = [
  ['two frames', Buffer.concat([frame, frame]), 'A6.frames'],
  ['a skippable frame in front', Buffer.concat([skippableFrame, frame]), 'A6.frames'],
  ['a skippable frame behind', Buffer.concat([frame, skippableFrame]), 'A6.frames'],
  ['one byte behind', Buffer.concat([frame, Buffer.from('!')]), 'A6.frames'],
  ['something else', Buffer.from('PK\u0003\u0004 and more'), 'A6.frames'],
  ['nothing', new Uint8Array(), 'A6.truncated'],
  ['a frame cut by 10 bytes', packed.subarray(0, -10), 'A6.truncated'],
  ['a frame without its checksum', zstdCompressSync('x', { params: { 201: 1 } }).subarray(0, -4), 'A6.truncated'],
  ['a window of 2^28', buildFrame({ blocks: [rawBlock('x')], windowLog: 28 }), 'A6.window'],
  ['a dictionary', buildFrame({ blocks: [rawBlock('x')], dictionaryId: 7 }), 'A6.dict'],
  ['a reserved header bit', buildFrame({ blocks: [rawBlock('x')], reservedBit: true }), 'A6.header'],
  ['a reserved block type', buildFrame({ blocks: [{ type: 3, data: new Uint8Array(1) }] }), 'A6.block'],
  ['a block of more than 128 KiB', buildFrame({ blocks: [runBlock(128 * 1024 + 1)] }), 'A6.block'],
  ['an empty compressed block', buildFrame({ blocks: [...manyBlocks, { type: 2, data: empty }] }), 'A6.block'],
  [
    'fewer bytes than declared, the last block empty',
    buildFrame({ blocks: [...manyBlocks, { type: 0, data: empty }], contentSize: 21 }),
    'A6.data',
  ],
  ['fewer bytes than declared', buildFrame({ blocks: [rawBlock('abc')], contentSize: 4 }), 'A6.data'],
  ['more bytes than declared', buildFrame({ blocks: [rawBlock('abc')], contentSize: 2 }), 'A6.data'],
];

describe('decodeZstd', () => {
  it.each(refused)('refuses %s', async (_, bytes, code) => {
    expect(await refusalOf(decode(bytes))).toBe(code);
  });

  it('refuses a wrong content checksum', async () => {
    const checked = zstdCompressSync('hello', { params: { 201: 1 } });
    checked[checked.length - 1] = (checked.at(-1) ?? 0) ^ 1;
    expect(await refusalOf(decode(checked))).toBe('A6.data');
  });

  it('decodes a 128 MiB window, which small real packages declare', async () => {
    expect((await decode(buildFrame({ blocks: [rawBlock('hi')], windowLog: 27 }))).toString()).toBe('hi');
  });

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

  it('passes on what its input throws', async () => {
    const broken = async function* () {
      yield packed.subarray(0, 20);
      throw new Error('connection reset');
    };
    await expect(joined(decodeZstd(broken(), () => {}))).rejects.toThrow('connection reset');
  });
});

describe('laws of decodeZstd', () => {
  const data = fc.oneof(
    fc.uint8Array({ maxLength: 3000 }),
    fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(20_000)).map(([unit, times]) => {
      return Buffer.alloc(unit.length * times, Buffer.from(unit));
    }),
  );

  it('gives back what was compressed, whatever the slices, level and checksum', async () => {
    const level = fc.integer({ min: 1, max: 19 });
    await fc.assert(
      fc.asyncProperty(data, level, fc.boolean(), fc.integer({ min: 1, max: 5000 }), async (bytes, n, sum, size) => {
        const compressed = zstdCompressSync(bytes, { params: { 100: n, 201: sum ? 1 : 0 } });
        expect((await decode(compressed, size)).equals(bytes)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('refuses every truncation', async () => {
    for (let length = 0; length < packed.length; length++) {
      expect(await refusalOf(decode(packed.subarray(0, length)))).toBe('A6.truncated');
    }
  });

  it('takes a flipped byte of a checked frame for bad, or for the same content', async () => {
    const plain = Buffer.from('conda package '.repeat(30));
    const checked = zstdCompressSync(plain, { params: { 201: 1 } });
    const flip = fc.tuple(fc.nat(checked.length - 1), fc.integer({ min: 1, max: 255 }));
    await fc.assert(
      fc.asyncProperty(flip, async ([at, by]) => {
        const flipped = Buffer.from(checked);
        flipped[at] = (flipped[at] ?? 0) ^ by;
        const read = await decode(flipped).catch((error: Error) => error.message);
        expect(typeof read === 'string' ? read : read.equals(plain)).toSatisfy((v) => v === true || /^A6\./.test(v));
      }),
      { numRuns: 300 },
    );
  });
});
