import type { ByteSource } from '../../ports/byte-source.ts';
import { viewOf } from '../byte-reader.ts';
import { refuse } from '../finding.ts';
import { defaultLimits } from '../limits.ts';
import { resolveExtras, wideNumber } from './extra-fields.ts';

/** One central directory record: what the ZIP says a member is. Sizes and offset are bytes. */
export interface ZipEntry {
  readonly rawName: Uint8Array;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly size: number;
  readonly compressedSize: number;
  /** Unix type and permission bits, as `stat` has them; 0 where another system wrote the record. */
  readonly mode: number;
  /** Its attributes say that it is a directory, by Unix's type or by DOS's bit. */
  readonly isMarkedDirectory: boolean;
  /** Milliseconds since the epoch, its date taken for UTC: a ZIP has local times. */
  readonly modified: number;
  /** Where the member's local header starts. */
  readonly offset: number;
}

const recordSignature = 0x02014b50;
const recordFixedBytes = 46;
/** What "version made by" says of the system (APPNOTE 4.4.2). */
const unixHost = 3;
const unixTypeBits = 0o170000;
const unixDirectory = 0o040000;
const dosDirectory = 0x10;
/** Room for 200,000 members of ordinary names; a `.conda` has three. */
const maxDirectoryBytes = 32 * 1024 ** 2;

/** "Version needed" of ZIP64, above which are methods and encryption that are refused; Python refuses more than 6.3. */
const maxNeeded = 45;

/** Compression levels (1, 2), a data descriptor (3), a UTF-8 name (11). Bit 0 is encryption, 13 a masked header. */
const knownFlags = 0b1000_0000_1110;

/**
 * The central directory (APPNOTE 4.3.12) in order of offset, and where it starts.
 *
 * @throws GatehouseError `package.refused` with `A4.*`, `A13.directory` or `A13.entries`
 */
export async function readDirectory(source: ByteSource): Promise<{ entries: ZipEntry[]; start: number }> {
  const { start, end, entries: count } = await readZipEnd(source);
  if (end - start > maxDirectoryBytes) refuse('A13.directory', `a ZIP directory of ${end - start} bytes`);
  const bytes = await source.read(start, end);
  const entries: ZipEntry[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { entry, length } = readRecord(bytes.subarray(at));
    if (entries.push(entry) > defaultLimits.entries)
      refuse('A13.entries', `more than ${defaultLimits.entries} members`);
    at += length;
  }
  if (entries.length !== count) refuse('A4.framing', `the ZIP directory holds ${entries.length} of ${count} members`);
  return { entries: entries.sort((a, b) => a.offset - b.offset), start };
}

function readRecord(bytes: Uint8Array): { entry: ZipEntry; length: number } {
  const view = viewOf(bytes);
  if (bytes.length < recordFixedBytes || view.getUint32(0, true) !== recordSignature) {
    refuse('A4.framing', 'an unknown record in the ZIP directory');
  }
  const nameEnd = recordFixedBytes + view.getUint16(28, true);
  const length = nameEnd + view.getUint16(30, true);
  if (length > bytes.length) refuse('A4.framing', 'the ZIP directory ends early');
  if (view.getUint16(32, true) !== 0) refuse('A4.framing', 'a member has a comment');
  if (view.getUint16(34, true) !== 0) refuse('A4.framing', 'a ZIP over several disks');
  const rawName = bytes.subarray(recordFixedBytes, nameEnd);
  const narrow = [view.getUint32(24, true), view.getUint32(20, true), view.getUint32(42, true)];
  const { sizes } = resolveExtras(bytes.subarray(nameEnd, length), rawName, narrow);
  const [size = 0, compressedSize = 0, offset = 0] = sizes;
  const flags = view.getUint16(8, true);
  if ((flags & 1) !== 0) refuse('A4.encrypted', 'an encrypted member');
  if ((flags & ~knownFlags) !== 0) refuse('A4.flags', `a member has flags 0x${flags.toString(16)}`);
  // Its low byte: some writers name their system in the other.
  if (view.getUint8(6) > maxNeeded) refuse('A4.version', 'a member needs a later version of ZIP');
  const method = view.getUint16(10, true);
  const mode = view.getUint8(5) === unixHost ? view.getUint16(40, true) : 0;
  const crc = view.getUint32(16, true);
  const modified = dosTime(view.getUint16(14, true), view.getUint16(12, true));
  const isMarkedDirectory = (mode & unixTypeBits) === unixDirectory || (view.getUint8(38) & dosDirectory) !== 0;
  const entry = { rawName, flags, method, crc, size, compressedSize, mode, isMarkedDirectory, modified, offset };
  return { entry, length };
}

/** APPNOTE 4.4.6: a date from 1980 on, and a time in steps of two seconds. Some writers leave both 0. */
function dosTime(date: number, time: number): number {
  const [year, month, day] = [1980 + (date >> 9), (date >> 5) & 15, date & 31];
  return Date.UTC(year, Math.max(month, 1) - 1, Math.max(day, 1), time >> 11, (time >> 5) & 63, (time & 31) * 2);
}

const endSignature = 0x06054b50;
const endBytes = 22;
const end64Signature = 0x06064b50;
const end64Bytes = 56;
const locatorSignature = 0x07064b50;
const locatorBytes = 20;

/**
 * Reads the end records of a ZIP (APPNOTE 4.3.14 to 4.3.16), which must be the last bytes of the file: no comment, so
 * there is one place they can be.
 */
async function readZipEnd(source: ByteSource) {
  if (source.size < endBytes) refuse('A4.framing', 'too short for a ZIP file');
  const at = source.size - endBytes;
  const end = viewOf(await source.read(at, source.size));
  if (end.getUint32(0, true) !== endSignature) refuse('A4.framing', 'the file does not end in a ZIP end record');
  if (end.getUint16(20, true) !== 0) refuse('A4.framing', 'a ZIP comment');
  if (end.getUint32(4, true) !== 0) refuse('A4.framing', 'a ZIP over several disks');
  const narrow = [end.getUint16(8, true), end.getUint16(10, true), end.getUint32(12, true), end.getUint32(16, true)];
  const wide = await readWideEnd(source, at, narrow);
  const [onDisk = 0, entries = 0, size = 0, start = 0] = wide?.fields ?? narrow;
  if (onDisk !== entries) refuse('A4.framing', 'a ZIP over several disks');
  const recordsStart = wide?.at ?? at;
  if (start + size !== recordsStart) refuse('A4.framing', 'the ZIP directory does not end at its end record');
  return { start, end: recordsStart, entries };
}

/** What the end record says where the ZIP64 one holds the value. */
const inWideRecord = [0xffff, 0xffff, 0xffffffff, 0xffffffff];

/**
 * The ZIP64 end record, which its locator and then the end record follow; null when there is no locator.
 *
 * @param narrow what the end record says: `[entries on disk, entries, size, start]` of the directory
 * @returns where the record starts, and the same fields
 */
async function readWideEnd(source: ByteSource, endAt: number, narrow: readonly number[]) {
  const at = endAt - locatorBytes - end64Bytes;
  if (at < 0) return null;
  const locator = viewOf(await source.read(endAt - locatorBytes, endAt));
  if (locator.getUint32(0, true) !== locatorSignature) return null;
  const oneDisk = locator.getUint32(4, true) === 0 && locator.getUint32(16, true) <= 1;
  if (locator.getBigUint64(8, true) !== BigInt(at) || !oneDisk) refuse('A4.framing', 'a damaged ZIP64 locator');
  const view = viewOf(await source.read(at, at + end64Bytes));
  const sound = view.getUint32(0, true) === end64Signature && view.getBigUint64(4, true) === 44n;
  if (!sound || view.getBigUint64(16, true) !== 0n) refuse('A4.framing', 'a damaged ZIP64 end record');
  const fields = [24, 32, 40, 48].map((field) => wideNumber(view, field));
  const agrees = narrow.every((value, i) => value === inWideRecord[i] || value === fields[i]);
  if (!agrees) refuse('A4.framing', 'the two ZIP end records contradict each other');
  // To zip.js a record that nothing points to is data behind the directory.
  if (!narrow.slice(1).some((value, i) => value === inWideRecord[i + 1])) {
    refuse('A4.framing', 'a ZIP64 end record that the end record does not point to');
  }
  return { at, fields };
}
