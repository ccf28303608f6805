import { constants, zstdCompressSync } from 'node:zlib';
import { skippableFrame } from '../archives/build-zstd.ts';
import type { Dice } from './dice.ts';

export interface MadeFrame {
  readonly bytes: Buffer;
  readonly tricks: readonly string[];
}

/**
 * One zstd frame of the data, as libzstd makes it at some level, with or without checksum and size, or of raw and
 * run-length blocks by hand. With `changes`, something of its frame is changed.
 */
export function makeZstd(dice: Dice, data: Uint8Array, changes: number): MadeFrame {
  const frame = dice.chance(0.7) ? byLibrary(dice, data) : byHand(dice, data);
  if (changes === 0) return { bytes: frame, tricks: [] };
  const [name, change] = dice.pick(frameChanges);
  return { bytes: change(frame, dice, data), tricks: [`zstd.${name}`] };
}

function byLibrary(dice: Dice, data: Uint8Array): Buffer {
  const hasSize = dice.chance(0.5);
  return zstdCompressSync(data, {
    params: {
      [constants.ZSTD_c_compressionLevel]: dice.pick([1, 3, 9, -5]),
      [constants.ZSTD_c_checksumFlag]: dice.below(2),
      [constants.ZSTD_c_contentSizeFlag]: hasSize ? 1 : 0,
      [constants.ZSTD_c_windowLog]: dice.pick([10, 17, 20]),
    },
    ...(hasSize ? { pledgedSrcSize: data.length } : {}),
  });
}

const block = (type: number, size: number, data: Uint8Array): Buffer => {
  const head = Buffer.alloc(3);
  head.writeUIntLE((size << 3) | (type << 1), 0, 3);
  return Buffer.concat([head, data]);
};

/** A last, empty block ends it. */
function byHand(dice: Dice, data: Uint8Array): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < data.length; ) {
    const run = runAt(data, at);
    const length = run > 8 ? run : Math.min(data.length - at, 1 + dice.below(4000));
    parts.push(run > 8 ? block(1, run, data.subarray(at, at + 1)) : block(0, length, data.subarray(at, at + length)));
    if (dice.chance(0.1)) parts.push(block(0, 0, Buffer.alloc(0)));
    at += length;
  }
  return Buffer.concat([frameHeader(dice, data.length), ...parts, Buffer.from([1, 0, 0])]);
}

function runAt(data: Uint8Array, at: number): number {
  let end = at;
  while (end < data.length && data[end] === data[at] && end - at < 100_000) end++;
  return end - at;
}

const magic = [0x28, 0xb5, 0x2f, 0xfd];

/** With a size of each width, or none; a window of each power. */
function frameHeader(dice: Dice, length: number): Buffer {
  const size = Buffer.alloc(8);
  const [flag, width] = dice.pick<readonly [flag: number, width: number]>([
    [0, 0],
    [2, 4],
    [3, 8],
  ]);
  size.writeBigUInt64LE(BigInt(length));
  const single = flag > 0 && dice.chance(0.3);
  const window = single ? [] : [(dice.pick([17, 20, 27]) - 10) << 3];
  return Buffer.concat([
    Buffer.from([...magic, (flag << 6) | (single ? 0x20 : 0), ...window]),
    size.subarray(0, width),
  ]);
}

type FrameChange = (frame: Buffer, dice: Dice, data: Uint8Array) => Buffer;

const withByte = (frame: Buffer, at: number, change: (byte: number) => number): Buffer => {
  const changed = Buffer.from(frame);
  changed.writeUInt8(change(changed[at] ?? 0) & 255, at);
  return changed;
};

const skippable = (size: number): Buffer =>
  Buffer.concat([skippableFrame.subarray(0, 4), Buffer.from([size, 0, 0, 0]), Buffer.alloc(size)]);

const frameChanges: readonly [readonly [string, FrameChange], ...(readonly [string, FrameChange])[]] = [
  ['skippable before', (frame, dice) => Buffer.concat([skippable(dice.below(9)), frame])],
  ['skippable behind', (frame, dice) => Buffer.concat([frame, skippable(dice.below(9))])],
  [
    'two frames',
    (_, dice, data) => Buffer.concat([byLibrary(dice, data.subarray(0, 512)), byLibrary(dice, data.subarray(512))]),
  ],
  ['a frame behind', (frame) => Buffer.concat([frame, frame])],
  ['an empty frame behind', (frame) => Buffer.concat([frame, zstdCompressSync(Buffer.alloc(0))])],
  ['an empty frame before', (frame) => Buffer.concat([zstdCompressSync(Buffer.alloc(0)), frame])],
  ['cut', (frame, dice) => frame.subarray(0, frame.length - 1 - dice.below(12))],
  ['a byte behind', (frame) => Buffer.concat([frame, Buffer.from([0])])],
  ['descriptor', (frame, dice) => withByte(frame, 4, (byte) => byte ^ (1 << dice.below(8)))],
  ['window', (frame, dice) => withByte(frame, 5, () => dice.below(256))],
  ['header', (frame, dice) => withByte(frame, 5 + dice.below(9), (byte) => byte + 1)],
  ['block', (frame, dice) => withByte(frame, 6 + dice.below(6), (byte) => byte ^ (1 << dice.below(8)))],
  [
    'last block',
    (frame, dice) => withByte(frame, frame.length - 1 - dice.below(8), (byte) => byte ^ (1 << dice.below(8))),
  ],
  ['any bit', (frame, dice) => withByte(frame, dice.below(frame.length), (byte) => byte ^ (1 << dice.below(8)))],
  ['magic of version 0.7', (frame) => withByte(frame, 0, () => 0x27)],
];
