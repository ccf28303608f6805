import type { ByteSource } from '../byte-source.ts';
import { refuse } from './finding.ts';
import { readZipEnd } from './zip-end.ts';
import { resolveExtras } from './zip-extra.ts';

/** One central directory record: what the ZIP says a member is. Sizes and offset are bytes. */
export interface ZipEntry {
  readonly rawName: Uint8Array;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly size: number;
  readonly compressedSize: number;
  /** Where the member's local header starts. */
  readonly offset: number;
}

const signature = 0x02014b50;
const fixedLength = 46;
/** 200,000 members of ordinary names; a `.conda` has three. */
const largestDirectory = 32 * 1024 ** 2;

/** Compression levels (1, 2), a data descriptor (3), a UTF-8 name (11). Bit 0 is encryption, 13 a masked header. */
const knownFlags = 0b1000_0000_1110;

/**
 * The central directory (APPNOTE 4.3.12) in order of offset, and where it starts.
 *
 * @throws GatehouseError `package.refused` with `A4.*`
 */
export async function readDirectory(source: ByteSource): Promise<{ entries: ZipEntry[]; start: number }> {
  const { start, end, entries: count } = await readZipEnd(source);
  if (end - start > largestDirectory) refuse('A13.directory', `a ZIP directory of ${end - start} bytes`);
  const bytes = await source.read(start, end);
  const entries: ZipEntry[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { entry, length } = readEntry(bytes.subarray(at));
    entries.push(entry);
    at += length;
  }
  if (entries.length !== count) refuse('A4.framing', `the ZIP directory holds ${entries.length} of ${count} members`);
  return { entries: entries.sort((a, b) => a.offset - b.offset), start };
}

function readEntry(bytes: Uint8Array): { entry: ZipEntry; length: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < fixedLength || view.getUint32(0, true) !== signature) {
    refuse('A4.framing', 'an unknown record in the ZIP directory');
  }
  const nameEnd = fixedLength + view.getUint16(28, true);
  const length = nameEnd + view.getUint16(30, true);
  if (length > bytes.length) refuse('A4.framing', 'the ZIP directory ends early');
  if (view.getUint16(32, true) !== 0) refuse('A4.framing', 'a member has a comment');
  if (view.getUint16(34, true) !== 0) refuse('A4.framing', 'a ZIP over several disks');
  const rawName = bytes.subarray(fixedLength, nameEnd);
  const narrow = [view.getUint32(24, true), view.getUint32(20, true), view.getUint32(42, true)];
  const { sizes } = resolveExtras(bytes.subarray(nameEnd, length), rawName, narrow);
  const [size = 0, compressedSize = 0, offset = 0] = sizes;
  const flags = knownFlagsOf(view.getUint16(8, true));
  const method = view.getUint16(10, true);
  return { entry: { rawName, flags, method, crc: view.getUint32(16, true), size, compressedSize, offset }, length };
}

function knownFlagsOf(flags: number): number {
  if ((flags & 1) !== 0) refuse('A4.encrypted', 'an encrypted member');
  if ((flags & ~knownFlags) !== 0) refuse('A4.flags', `a member has flags 0x${flags.toString(16)}`);
  return flags;
}
