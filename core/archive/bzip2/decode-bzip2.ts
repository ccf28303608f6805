import { allZero, type ByteReader, byteReader } from '../byte-reader.ts';
import { type Report, refuse } from '../finding.ts';
import type { Meter } from '../limits.ts';
import { findMarker, type HeldBits, markerBits, markerSpanBytes, overrun, readMarker, readUint32 } from './bits.ts';
import { type DecodedBlock, decodeBlock } from './decode-block.ts';

const headerBytes = 4;
/** The end marker and the stream's CRC, from any bit on. */
const trailerSpanBytes = 11;

/**
 * Decodes bzip2 block by block: whoever stops early has read no more than 64 KiB behind the last block it needed. A
 * block's CRC is checked before its first byte is given, the stream's at its end. Several streams in a row are decoded
 * as one and reported, as are zeros behind the last; some readers see the first stream only.
 *
 * @param meter told of decoded bytes, also inside a block; what it throws ends the decoding
 * @throws GatehouseError `package.refused` with `A7.*`
 */
export async function* decodeBzip2(
  chunks: AsyncIterable<Uint8Array>,
  meter: Meter,
  report: Report,
): AsyncGenerator<Uint8Array> {
  await using reader = byteReader(chunks);
  const input = packedInput(reader);
  do yield* decodeStream(input, meter);
  while (await hasAnother(input, report));
}

async function* decodeStream(input: PackedInput, meter: Meter): AsyncGenerator<Uint8Array> {
  const maxSymbols = await readLevel(input);
  const { bits } = input;
  let crc = 0;
  while (await startsBlock(input)) {
    const block = await readBlock(input, maxSymbols, meter);
    crc = (((crc << 1) | (crc >>> 31)) ^ block.crc) >>> 0;
    yield* block.slices;
  }
  bits.at += markerBits;
  const statedCrc = readUint32(bits);
  if (overrun(bits)) refuseShort();
  if (statedCrc !== crc) refuse('A7.crc', 'the bzip2 stream does not match its CRC');
  // The next stream starts with a whole byte.
  bits.at = Math.ceil(bits.at / 8) * 8;
}

/** How many symbols a block may have: its bytes before runs are written out. */
async function readLevel({ bits, fill }: PackedInput): Promise<number> {
  await fill(headerBytes);
  const level = startsStream(bits) ? (bits.bytes[headerBytes - 1] ?? 0) - 0x30 : 0;
  if (level < 1 || level > 9) refuse('A7.header', 'does not start as a bzip2 stream');
  bits.at = headerBytes * 8;
  return level * 100_000;
}

const startsStream = ({ bytes }: HeldBits): boolean =>
  bytes.length >= headerBytes && String.fromCharCode(...bytes.subarray(0, 3)) === 'BZh';

/** Whether the marker of a block comes next, or that of the stream's end. */
async function startsBlock({ bits, fill }: PackedInput): Promise<boolean> {
  await fill(trailerSpanBytes);
  const ahead = { ...bits };
  const marker = readMarker(ahead);
  if (marker !== null) return marker === 'block';
  return overrun(ahead) ? refuseShort() : refuse('A7.data', 'neither a bzip2 block nor the end of the stream');
}

async function readBlock(input: PackedInput, maxSymbols: number, meter: Meter): Promise<DecodedBlock> {
  const packedBytes = await input.fillBlock();
  let block = decodeBlock(input.bits, { maxSymbols, packedBytes }, meter);
  if (block === null) {
    // What looked like the next marker lay inside the block.
    await input.fill(longestBlockBytes);
    block = decodeBlock(input.bits, { maxSymbols, packedBytes }, meter) ?? refuseShort();
  }
  // C's bzip2 refuses such a block too.
  if (block.endsInRun) refuse('A7.data', 'a bzip2 block that ends inside a run');
  if (block.crc !== block.statedCrc) refuse('A7.crc', 'a bzip2 block does not match its CRC');
  return block;
}

function refuseShort(): never {
  return refuse('A7.truncated', 'the bzip2 data ends early');
}

async function hasAnother({ bits, fill }: PackedInput, report: Report): Promise<boolean> {
  await fill(headerBytes);
  if (bits.bytes.length === 0) return false;
  if (startsStream(bits)) {
    report('bzip2.multistream', 'several bzip2 streams in a row');
    return true;
  }
  for (; bits.bytes.length > 0; await fill(headerBytes)) {
    if (!allZero(bits.bytes)) refuse('A7.trailing', 'data follows the bzip2 stream');
    bits.at = bits.bytes.length * 8;
  }
  report('bzip2.padding', 'zeros follow the bzip2 stream');
  return false;
}

/**
 * No block is longer: 32,767 selectors of 50 symbols of 20 bits are 4.1 MB, and the tables before them small.
 * A real one of 900 kB of random bytes is 0.92 MB.
 */
const longestBlockBytes = 4.5 * 1024 ** 2;
const stepBytes = 64 * 1024;

/** Compressed bytes, held from the one that is to be read next. */
interface PackedInput {
  readonly bits: HeldBits;
  /** Forgets what has been read and reads until `length` bytes are held, or the input ends. */
  fill(length: number): Promise<void>;
  /** Reads until the marker behind the block that starts here is held, or a whole block must be; gives its length. */
  fillBlock(): Promise<number>;
}

function packedInput(reader: ByteReader): PackedInput {
  const bits: HeldBits = { bytes: new Uint8Array(), at: 0 };
  /** `bits.bytes` are the last `used` of its bytes, but for those that were forgotten. */
  let buffer = new Uint8Array();
  let used = 0;
  let ended = false;

  /** Bytes held are moved once at the most: room is made for as many again as there are. */
  const append = (more: Uint8Array): void => {
    const held = bits.bytes.length;
    if (used + more.length > buffer.length) {
      buffer = new Uint8Array(2 * (held + more.length));
      buffer.set(bits.bytes);
      used = held;
    }
    buffer.set(more, used);
    used += more.length;
    bits.bytes = buffer.subarray(used - more.length - held, used);
  };
  const readMore = async (): Promise<void> => {
    const more = await reader.some(stepBytes);
    if (more === null) ended = true;
    else append(more);
  };
  const fill = async (length: number): Promise<void> => {
    bits.bytes = bits.bytes.subarray(bits.at >>> 3);
    bits.at &= 7;
    while (bits.bytes.length < length && !ended) await readMore();
  };
  const fillBlock = async (): Promise<number> => {
    await fill(markerSpanBytes);
    for (let from = markerSpanBytes; ; ) {
      const next = findMarker(bits.bytes, from);
      if (next >= 0 || bits.bytes.length >= longestBlockBytes || ended) return next < 0 ? bits.bytes.length : next;
      from = Math.max(from, bits.bytes.length - markerSpanBytes + 1);
      await readMore();
    }
  };
  return { bits, fill, fillBlock };
}
