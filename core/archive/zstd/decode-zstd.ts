import { constants, createZstdDecompress, zstdDecompressSync } from 'node:zlib';
import { type ByteReader, byteReader } from '../byte-reader.ts';
import { decodeThrough, sound } from '../decode-through.ts';
import { refuse } from '../finding.ts';
import type { Meter } from '../limits.ts';

/** conda's own writer declares a window of 2^27 bytes, and libzstd's decoders refuse more unless told otherwise. */
const maxWindowBytes = 128 * 1024 ** 2;
/** No block is larger, compressed or not (RFC 8878, 3.1.1.2.4). */
const maxBlockBytes = 128 * 1024;
const magic = 0xfd2fb528;
const streamChunkBytes = 256 * 1024;
const wholeChunkBytes = 32 * 1024;
const params = { [constants.ZSTD_d_windowLogMax]: 27 };
/** A frame of so many pieces has up to six blocks, 768 KiB unpacked at the most, and is decoded in one go. */
const maxWholePieces = 14;
/** Held by the decoder too: a mistake in what is counted here may not cost a gigabyte. */
const maxWholeBytes = 6 * maxBlockBytes;

/**
 * Decodes a stream that is exactly one zstd frame (RFC 8878). Node's decoder alone is no judge: it stops after the
 * first frame, takes a skippable one for empty output and ignores what follows, so it is only given bytes whose place
 * in the frame has been walked. The checksum it does check; the declared size not where it decodes a stream whose last
 * block is empty.
 *
 * @param meter told of every decoded byte; what it throws ends the decoding
 * @throws GatehouseError `package.refused` with `A6.*`
 */
export async function* decodeZstd(chunks: AsyncIterable<Uint8Array>, meter: Meter): AsyncGenerator<Uint8Array> {
  await using reader = byteReader(chunks);
  const header = await readFrameHeader(reader);
  const frame = frameBytes(reader, header);
  const start: Uint8Array[] = [];
  let next = await frame.next();
  for (let pieces = 0; !next.done && pieces < maxWholePieces; pieces++, next = await frame.next())
    start.push(next.value);
  // A stream costs a third of a millisecond however little is in it.
  const decoded = next.done
    ? [
        sound('A6.data', () =>
          zstdDecompressSync(Buffer.concat(start), {
            params,
            chunkSize: wholeChunkBytes,
            maxOutputLength: maxWholeBytes,
          }),
        ),
      ]
    : decodeThrough(
        resume([...start, next.value], frame),
        createZstdDecompress({ params, chunkSize: streamChunkBytes }),
        'A6.data',
      );
  let size = 0;
  for await (const bytes of decoded) {
    meter(bytes.length);
    size += bytes.length;
    yield bytes;
  }
  if (size !== (header.contentSize ?? size)) refuse('A6.data', `${size} bytes, not those that the zstd frame declares`);
}

async function* resume(
  start: readonly Uint8Array[],
  rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  yield* start;
  yield* rest;
}

/** The frame's bytes, each handed on only after the block it belongs to has been found sound. */
async function* frameBytes(reader: ByteReader, { bytes, checksum }: FrameHeader): AsyncGenerator<Uint8Array> {
  yield bytes;
  for (let last = false; !last; ) {
    const head = await exactly(reader, 3);
    const field = uint(head);
    last = (field & 1) === 1;
    yield head;
    const [type, size] = [(field >> 1) & 3, field >> 3];
    checkBlock(type, size);
    yield await exactly(reader, type === runLength ? 1 : size);
  }
  if (checksum) yield await exactly(reader, 4);
  if ((await reader.some(1)) !== null) refuse('A6.frames', 'data follows the zstd frame');
}

const runLength = 1;
const compressed = 2;
/** The headers of its literals and of its sequences (RFC 8878, 3.1.1.3). */
const minCompressedBytes = 2;
const reserved = 3;

function checkBlock(type: number, size: number): void {
  if (type === reserved) refuse('A6.block', 'a zstd block of the reserved type');
  if (size > maxBlockBytes) refuse('A6.block', `a zstd block of ${size} bytes`);
  // Decoding a stream, libzstd takes an empty one for nothing; at once, for damage.
  const isEmpty = type === compressed && size < minCompressedBytes;
  if (isEmpty) refuse('A6.block', `a compressed zstd block of ${size} bytes`);
}

interface FrameHeader {
  readonly bytes: Uint8Array;
  readonly checksum: boolean;
  /** Bytes; null where the frame does not say. */
  readonly contentSize: number | null;
}

async function readFrameHeader(reader: ByteReader): Promise<FrameHeader> {
  const start = await exactly(reader, 5);
  if (uint(start.subarray(0, 4)) !== magic) refuse('A6.frames', 'does not start with a zstd frame');
  const descriptor = start[4] ?? 0;
  if ((descriptor & 0x08) !== 0) refuse('A6.header', 'a reserved bit of the zstd frame header is set');
  if ((descriptor & 0x03) !== 0) refuse('A6.dict', 'the zstd frame needs a dictionary');
  const singleSegment = (descriptor & 0x20) !== 0;
  const windowBytes = await exactly(reader, singleSegment ? 0 : 1);
  // How many bytes the frame's content size takes, by its flag (RFC 8878, 3.1.1.1.1).
  const flag = descriptor >> 6;
  const sizeBytes = await exactly(reader, flag === 0 ? Number(singleSegment) : 2 ** flag);
  const contentSize = declaredSize(sizeBytes);
  const window = windowBytes[0] === undefined ? (contentSize ?? 0) : windowSize(windowBytes[0]);
  if (window > maxWindowBytes) refuse('A6.window', `the zstd frame needs a window of ${window} bytes`);
  return { bytes: Buffer.concat([start, windowBytes, sizeBytes]), checksum: (descriptor & 0x04) !== 0, contentSize };
}

/** Two bytes say what is above 255 (RFC 8878, 3.1.1.1.4). */
function declaredSize(bytes: Uint8Array): number | null {
  if (bytes.length === 0) return null;
  return bytes.length === 2 ? 256 + uint(bytes) : uint(bytes);
}

/** The window's size in bytes (RFC 8878, 3.1.1.1.2). */
function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

async function exactly(reader: ByteReader, length: number): Promise<Uint8Array> {
  const bytes = await reader.take(length);
  if (bytes.length < length) refuse('A6.truncated', 'the zstd frame ends early');
  return bytes;
}

/** Little-endian; above 2^53 inexact, which only ever makes a size that cannot match. */
function uint(bytes: Uint8Array): number {
  return bytes.reduceRight((sum, byte) => sum * 256 + byte, 0);
}
