import { crc32, createInflateRaw } from 'node:zlib';
import { type ByteSource, chunksOf } from '../../ports/byte-source.ts';
import { decodeThrough } from '../decode-through.ts';
import { refuse } from '../finding.ts';
import type { Meter } from '../limits.ts';

const fixedHeaderBytes = 10;
const trailerBytes = 8;
/** Of the header with a file name and a comment in it. */
const maxHeaderBytes = 64 * 1024;

/**
 * Decodes a file that is exactly one gzip member (RFC 1952). Readers differ in what they make of a second one and of
 * bytes behind the last: Node's own decoder steps over those.
 *
 * @param meter told of every decoded byte; what it throws ends the decoding
 * @throws GatehouseError `package.refused` with `A15.header`, `A15.data`, `A15.trailing` or `A15.crc`
 */
export async function* decodeGzip(source: ByteSource, meter: Meter): AsyncGenerator<Uint8Array> {
  const start = await headerLength(source);
  const end = source.size - trailerBytes;
  if (start > end) refuse('A15.header', 'a gzip file that ends in its header');
  const inflater = createInflateRaw();
  let crc = 0;
  let size = 0;
  for await (const bytes of decodeThrough(chunksOf(source, start, end), inflater, 'A15.data')) {
    crc = crc32(bytes, crc);
    size += bytes.length;
    meter(bytes.length);
    yield bytes;
  }
  if (inflater.bytesWritten !== end - start) refuse('A15.trailing', 'data behind the gzip data');
  const trailer = Buffer.from(await source.read(end, source.size));
  const agrees = trailer.readUInt32LE(0) === crc && trailer.readUInt32LE(4) === size % 2 ** 32;
  if (!agrees) refuse('A15.crc', 'gzip data that does not match its CRC or size');
}

const flags = { headerCrc: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 };

async function headerLength(source: ByteSource): Promise<number> {
  const header = Buffer.from(await source.read(0, Math.min(maxHeaderBytes, source.size)));
  const flag = header[3] ?? 0;
  const known = header.length >= fixedHeaderBytes && header.readUInt32BE(0) >>> 8 === 0x1f8b08;
  if (!known || (flag & flags.reserved) !== 0) refuse('A15.header', 'not a gzip header');
  let at = fixedHeaderBytes;
  if ((flag & flags.extra) !== 0) at += 2 + (header[at] ?? 0) + (header[at + 1] ?? 0) * 256;
  if ((flag & flags.name) !== 0) at = behindNul(header, at);
  if ((flag & flags.comment) !== 0) at = behindNul(header, at);
  return (flag & flags.headerCrc) === 0 ? at : at + 2;
}

function behindNul(header: Buffer, at: number): number {
  const end = header.indexOf(0, at);
  return end < 0 ? refuse('A15.header', 'a gzip header without its end') : end + 1;
}
