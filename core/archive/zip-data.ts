import { crc32, createInflateRaw } from 'node:zlib';
import { type ByteSource, chunksOf } from '../byte-source.ts';
import { decodeThrough } from './decode-through.ts';
import { refuse, shown } from './finding.ts';

export const stored = 0;
export const deflated = 8;

interface MemberData {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly size: number;
  /** Where the data lies in the source. */
  readonly start: number;
  readonly end: number;
}

/**
 * A member's own bytes; that they are all there and match their CRC is known once the last has been read.
 *
 * @throws GatehouseError `package.refused` with `A4.crc`, `A4.size` or `A4.deflate`
 */
export async function* readZipData(source: ByteSource, member: MemberData): AsyncGenerator<Uint8Array> {
  const raw = chunksOf(source, member.start, member.end);
  let crc = 0;
  let size = 0;
  for await (const bytes of member.method === deflated ? inflate(raw, member) : raw) {
    crc = crc32(bytes, crc);
    size += bytes.length;
    if (size > member.size) refuse('A4.size', `${shown(member.name)} is larger than its ${member.size} bytes`);
    yield bytes;
  }
  if (size !== member.size) refuse('A4.size', `${shown(member.name)} is smaller than its ${member.size} bytes`);
  if (crc !== member.crc) refuse('A4.crc', `the bytes of ${shown(member.name)} do not match its CRC`);
}

/** Deflate ends where the member does: the decoder itself would ignore what follows. */
async function* inflate(raw: AsyncIterable<Uint8Array>, { name, start, end }: MemberData): AsyncGenerator<Uint8Array> {
  const inflater = createInflateRaw();
  yield* decodeThrough(raw, inflater, 'A4.deflate');
  if (inflater.bytesWritten !== end - start) refuse('A4.deflate', `data follows the deflate stream of ${shown(name)}`);
}
