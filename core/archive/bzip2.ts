import { allZero } from './all-zero.ts';
import { byteReader } from './byte-reader.ts';
import { type BitReader, overrun, readUint32 } from './bzip2-bits.ts';
import { type DecodedBlock, decodeBlock } from './bzip2-block.ts';
import { type BzipInput, bzipInput } from './bzip2-input.ts';
import { readMarker } from './bzip2-marker.ts';
import type { Meter } from './decode-budget.ts';
import { type Report, refuse } from './finding.ts';

const headerLength = 4;
/** The end marker and the stream's CRC, from any bit on. */
const trailerSpan = 11;

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
  const input = bzipInput(reader);
  do yield* decodeStream(input, meter);
  while (await hasAnother(input, report));
}

async function* decodeStream(input: BzipInput, meter: Meter): AsyncGenerator<Uint8Array> {
  const most = await readLevel(input);
  const { bits } = input;
  let crc = 0;
  while (await startsBlock(input)) {
    const block = await readBlock(input, most, meter);
    crc = (((crc << 1) | (crc >>> 31)) ^ block.crc) >>> 0;
    yield* block.slices;
  }
  const expected = readUint32(bits);
  if (overrun(bits)) refuseShort();
  if (expected !== crc) refuse('A7.crc', 'the bzip2 stream does not match its CRC');
  // The next stream starts with a whole byte.
  bits.at = Math.ceil(bits.at / 8) * 8;
}

/** The largest number of bytes in a block, before runs are written out. */
async function readLevel({ bits, fill }: BzipInput): Promise<number> {
  await fill(headerLength);
  const [level] = isStream(bits) ? bits.bytes.subarray(headerLength - 1) : [];
  if (level === undefined || level < 0x31 || level > 0x39) refuse('A7.header', 'does not start as a bzip2 stream');
  bits.at = headerLength * 8;
  return (level - 0x30) * 100_000;
}

const isStream = ({ bytes, length }: BitReader): boolean =>
  length >= headerLength && String.fromCharCode(...bytes.subarray(0, 3)) === 'BZh';

/** Reads the marker of a block, or of the end: then false. */
async function startsBlock({ bits, fill }: BzipInput): Promise<boolean> {
  await fill(trailerSpan);
  const marker = readMarker(bits);
  if (marker === null)
    overrun(bits) ? refuseShort() : refuse('A7.data', 'neither a bzip2 block nor the end of the stream');
  return marker === 'block';
}

async function readBlock(input: BzipInput, most: number, meter: Meter): Promise<DecodedBlock> {
  const { bits } = input;
  await input.fillBlock();
  const start = bits.at;
  const block = decodeBlock(bits, most, meter);
  if (block !== null) return block;
  // What looked like the next marker lay inside the block.
  bits.at = start;
  await input.fillLongest();
  return decodeBlock(bits, most, meter) ?? refuseShort();
}

function refuseShort(): never {
  return refuse('A7.truncated', 'the bzip2 data ends early');
}

async function hasAnother(input: BzipInput, report: Report): Promise<boolean> {
  const { bits, fill } = input;
  await fill(headerLength);
  if (bits.length === 0) return false;
  if (isStream(bits)) {
    report('bzip2.multistream', 'several bzip2 streams in a row');
    return true;
  }
  for (; bits.length > 0; await fill(headerLength)) {
    if (!allZero(bits.bytes.subarray(0, bits.length))) refuse('A7.trailing', 'data follows the bzip2 stream');
    bits.at = bits.length * 8;
  }
  report('bzip2.padding', 'zeros follow the bzip2 stream');
  return false;
}
