import Bunzip from 'seek-bzip';
import { GatehouseError } from '../error.ts';
import { byteReader } from './byte-reader.ts';
import { type BzipInput, bzipInput, needsMore } from './bzip2-input.ts';
import { markerAt } from './bzip2-marker.ts';
import { type BzipOutput, bzipOutput } from './bzip2-output.ts';
import type { Meter } from './decode-budget.ts';
import { type Report, refuse } from './finding.ts';

const headerLength = 4;
/** The end marker and the stream's CRC, from any bit on. */
const trailerSpan = 11;

/**
 * Decodes bzip2 block by block: whoever stops early has read no more than 64 KiB behind the last block it needed, when
 * the slices are no larger. Block and stream CRCs are checked. Several streams in a row are decoded as one and
 * reported, as are zeros behind the last; some readers see the first stream only.
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
  const output = bzipOutput(meter);
  do yield* decodeStream(input, output);
  while (await hasAnother(input, report));
}

async function* decodeStream(input: BzipInput, output: BzipOutput): AsyncGenerator<Uint8Array> {
  await input.fill(headerLength);
  const bunzip = sound(() => new Bunzip(input, output), 'A7.header');
  while (await startBlock(bunzip, input)) {
    sound(() => bunzip._read_bunzip());
    yield* output.take();
  }
  const crc = bunzip.streamCRC;
  if (sound(() => bunzip.reader.read(32)) >>> 0 !== crc) refuse('A7.crc', 'the bzip2 stream does not match its CRC');
}

/** Reads a block, or the end marker: then false. */
async function startBlock(bunzip: Bunzip, input: BzipInput): Promise<boolean> {
  const { bitOffset } = bunzip.reader;
  // The bit reader has taken a byte that it has not used up: the block starts inside it.
  if (bunzip.reader.hasByte) input.seek(input.position() - 1);
  const start = input.position() * 8 + bitOffset;
  await input.fill(trailerSpan);
  if (markerAt(input.held(), bitOffset) === 'block') await input.fillBlock();
  const started = tryBlock(bunzip, start, input.held().length);
  if (started !== null) return started;
  // What looked like the next marker lay inside the block.
  bunzip.reader.seek(start);
  await input.fillLongest();
  return tryBlock(bunzip, start, input.held().length) ?? refuse('A7.truncated', 'the bzip2 data ends inside a block');
}

/** Symbols; most blocks of this size or less that are read for a package's metadata fit. */
const smallRoom = 64 * 1024;
/** Text and code compress to an eighth at the best. */
const likelyRatio = 8;

/**
 * Null when the block goes on behind the bytes held. seek-bzip clears 3.6 MB for every block of a stream of 900 kB
 * blocks, which costs more than to decode a small one: so it is tried with less room first.
 */
function tryBlock(bunzip: Bunzip, start: number, held: number): boolean | null {
  const { dbufSize } = bunzip;
  const room = Math.max(smallRoom, held * likelyRatio);
  if (room < dbufSize) {
    const started = blockIn(bunzip, start, room);
    if (!(started instanceof Error)) return started;
  }
  const started = blockIn(bunzip, start, dbufSize);
  return started instanceof Error ? refuseBad(started, 'A7.data') : started;
}

/** As `_init_block`, with room for so many symbols; an error for what is bad, or does not fit. */
function blockIn(bunzip: Bunzip, start: number, room: number): boolean | null | Error {
  const { dbufSize, streamCRC } = bunzip;
  bunzip.reader.seek(start);
  bunzip.dbufSize = room;
  try {
    return bunzip._init_block();
  } catch (error) {
    bunzip.streamCRC = streamCRC;
    if (error === needsMore) return null;
    if (error instanceof Error) return error;
    throw error;
  } finally {
    bunzip.dbufSize = dbufSize;
  }
}

function sound<T>(read: () => T, code = 'A7.data'): T {
  try {
    return read();
  } catch (error) {
    return refuseBad(error, code);
  }
}

function refuseBad(error: unknown, code: string): never {
  if (error instanceof GatehouseError || !(error instanceof Error)) throw error;
  if (error === needsMore) refuse('A7.truncated', 'the bzip2 data ends early');
  return refuse(error.message.includes('CRC') ? 'A7.crc' : code, error.message);
}

async function hasAnother(input: BzipInput, report: Report): Promise<boolean> {
  await input.fill(headerLength);
  if (input.ended()) return false;
  if (String.fromCharCode(...input.held().subarray(0, 3)) === 'BZh') {
    report('bzip2.multistream', 'several bzip2 streams in a row');
    return true;
  }
  for (; !input.ended(); await input.fill(headerLength)) {
    if (input.held().some((byte) => byte !== 0)) refuse('A7.trailing', 'data follows the bzip2 stream');
    input.seek(input.position() + input.held().length);
  }
  report('bzip2.padding', 'zeros follow the bzip2 stream');
  return false;
}
