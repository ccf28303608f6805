import { crc32 } from 'node:zlib';
import Bunzip from 'seek-bzip';
import { refuse } from '../finding.ts';
import type { Meter } from '../limits.ts';
import { type HeldBits, markerBits, overrun, readBits } from './bits.ts';

export interface DecodedBlock {
  /** Its bytes, in slices of at most 256 KiB. One block is at most 46 MB: 900 kB of runs of 259. */
  readonly slices: readonly Uint8Array[];
  readonly crc: number;
  /** The CRC it ought to have. */
  readonly statedCrc: number;
  /** Whether it ends between four equal bytes and how often more they come, which C's bzip2 takes for corrupt. */
  readonly endsInRun: boolean;
}

export interface BlockSize {
  /** How many symbols it may have, by the stream's level. */
  readonly maxSymbols: number;
  /** Bytes up to what looks like the next marker. */
  readonly packedBytes: number;
}

/**
 * Decodes the block whose marker comes next; null, and nothing read, when it goes on behind the bytes held. Its symbols
 * are seek-bzip's to read, which refuses what C's bzip2 1.0.8 refuses but for what is checked here and for a run of 32
 * digits or more, of which it keeps the last ones. Neither reads randomised blocks, which C does.
 *
 * @param meter hears of every slice as it fills, so a bomb is stopped inside its block
 * @throws GatehouseError `package.refused` with `A7.data`
 */
export function decodeBlock(bits: HeldBits, { maxSymbols, packedBytes }: BlockSize, meter: Meter): DecodedBlock | null {
  if (!checkHeader({ bytes: bits.bytes, at: bits.at + markerBits })) return null;
  const firstRoom = 1024 + 16 * packedBytes;
  if (!readSymbols(bits, Math.min(firstRoom, maxSymbols), maxSymbols)) return null;
  bits.at = input.at * 8 - (bunzip.reader.hasByte ? 8 - bunzip.reader.bitOffset : 0);
  return { ...expandRuns(meter), statedCrc: bunzip.targetBlockCRC };
}

/**
 * Refuses what seek-bzip reads and C's bzip2 does not, and says what is wrong, which seek-bzip does not. False when the
 * header goes on behind the bytes held.
 */
function checkHeader(bits: HeldBits): boolean {
  bits.at += 32;
  const randomised = readBits(bits, 1) === 1;
  bits.at += 24;
  const values = countValues(bits);
  const tables = readBits(bits, 3);
  const selectors = readBits(bits, 15);
  if (overrun(bits)) return false;
  if (randomised) refuse('A7.data', 'a randomised block, which bzip2 has not written since 0.9.5 of 1999');
  if (values === 0) refuse('A7.data', 'a bzip2 block without any byte value');
  if (tables < 2 || tables > 6) refuse('A7.data', `a bzip2 block of ${tables} Huffman tables`);
  if (selectors === 0) refuse('A7.data', 'a bzip2 block without selectors');
  return checkSelectors(bits, selectors, tables);
}

/** Sixteen bits say which sixteenths of the 256 byte values have a bit for each of theirs. */
function countValues(bits: HeldBits): number {
  let values = 0;
  for (let sixteenths = readBits(bits, 16); sixteenths > 0; sixteenths &= sixteenths - 1) {
    for (let present = readBits(bits, 16); present > 0; present &= present - 1) values++;
  }
  return values;
}

/** Each is as many ones as there are tables before its own; seek-bzip reads one behind the last as the first table. */
function checkSelectors(bits: HeldBits, selectors: number, tables: number): boolean {
  for (let i = 0; i < selectors; i++) {
    let place = 0;
    while (place < tables && readBits(bits, 1) === 1) place++;
    if (overrun(bits)) return false;
    if (place === tables) refuse('A7.data', 'a bzip2 selector of a table that is not there');
  }
  return true;
}

const endOfHeld = new Error('the block goes on behind the bytes held');

class HeldStream extends Bunzip.Stream {
  /** The header that every `Bunzip` starts with. */
  bytes: Uint8Array = Buffer.from('BZh9');
  at = 0;

  override readByte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw endOfHeld;
    return byte;
  }

  override seek(byte: number): void {
    this.at = byte;
  }
}

/** One for all blocks of a thread: nothing yields while a block is decoded, and what leaves is a copy. */
const input = new HeldStream();
const bunzip = new Bunzip(input);

/**
 * Has the block's symbols read; false when they go on behind the bytes held. seek-bzip clears four bytes for each symbol
 * that there is room for, 3.6 MB at the most, and a stream can hold a block every 22 bytes: so the room is what most
 * blocks of this length need, and eight times as much when that does not do.
 */
function readSymbols(bits: HeldBits, room: number, maxSymbols: number): boolean {
  input.bytes = bits.bytes;
  bunzip.reader.seek(bits.at);
  bunzip.dbufSize = room;
  try {
    return bunzip._get_next_block();
  } catch (error) {
    if (error === endOfHeld) return false;
    if (!(error instanceof TypeError && 'errorCode' in error)) throw error;
    if (room < maxSymbols) return readSymbols(bits, Math.min(room * 8, maxSymbols), maxSymbols);
    return refuse('A7.data', 'a damaged bzip2 block, or one larger than its stream allows');
  }
}

const sliceBytes = 256 * 1024;
const longestRepeat = 255;
const output = new Uint8Array(sliceBytes);

/** Follows the places from byte to byte, and writes runs out: behind four equal bytes stands how often more they come. */
function expandRuns(meter: Meter): Omit<DecodedBlock, 'statedCrc'> {
  const { dbuf, writeCount } = bunzip;
  const text = sliced(meter);
  let place = bunzip.writePos;
  let last = -1;
  let run = 0;
  let used = 0;
  for (let i = 0; i < writeCount; i++) {
    const link = dbuf[place] ?? 0;
    const byte = link & 255;
    place = link >>> 8;
    if (run === 4) {
      output.fill(last, used, used + byte);
      used += byte;
      run = 0;
    } else {
      run = byte === last ? run + 1 : 1;
      last = byte;
      output[used++] = byte;
    }
    if (used > sliceBytes - longestRepeat) used = text.take(used);
  }
  text.take(used);
  return { slices: text.slices, crc: text.crc(), endsInRun: run === 4 };
}

/** Copies of the output as it fills, and their CRC. */
function sliced(meter: Meter) {
  const slices: Uint8Array[] = [];
  let crc = 0;
  return {
    slices,
    crc: () => mirrorWord(crc),
    take(used: number): 0 {
      if (used > 0) {
        meter(used);
        slices.push(output.slice(0, used));
        crc = crc32(mirrorBytes(used), crc);
      }
      return 0;
    },
  };
}

const mirrors = Uint8Array.from({ length: 256 }, (_, byte) => mirrorWord(byte << 24));
const mirrored = new Uint8Array(sliceBytes);

/** bzip2's CRC is zlib's with the bits of each byte, and of the sum, in the other order. */
function mirrorBytes(used: number): Uint8Array {
  for (let i = 0; i < used; i++) mirrored[i] = mirrors[output[i] ?? 0] ?? 0;
  return mirrored.subarray(0, used);
}

function mirrorWord(word: number): number {
  let mirror = 0;
  for (let bit = 0; bit < 32; bit++) mirror = (mirror << 1) | ((word >>> bit) & 1);
  return mirror >>> 0;
}
