import type { ByteSource } from '../byte-source.ts';
import { refuse } from './finding.ts';
import { wideNumber } from './zip-extra.ts';

const endSignature = 0x06054b50;
const endLength = 22;
const end64Signature = 0x06064b50;
const end64Length = 56;
const locatorSignature = 0x07064b50;
const locatorLength = 20;

/** Where the central directory lies: it ends where the end records start. */
export interface DirectoryPlace {
  readonly start: number;
  readonly end: number;
  readonly entries: number;
}

/**
 * Reads the end records of a ZIP (APPNOTE 4.3.14 to 4.3.16), which must be the last bytes of the file: no comment, so
 * there is one place they can be.
 *
 * @throws GatehouseError `package.refused` with `A4.framing`
 */
export async function readZipEnd(source: ByteSource): Promise<DirectoryPlace> {
  if (source.size < endLength) refuse('A4.framing', 'too short for a ZIP file');
  const at = source.size - endLength;
  const end = await viewOf(source, at, endLength);
  if (end.getUint32(0, true) !== endSignature) refuse('A4.framing', 'the file does not end in a ZIP end record');
  if (end.getUint16(20, true) !== 0) refuse('A4.framing', 'a ZIP comment');
  if (end.getUint32(4, true) !== 0) refuse('A4.framing', 'a ZIP over several disks');
  const narrow = [end.getUint16(8, true), end.getUint16(10, true), end.getUint32(12, true), end.getUint32(16, true)];
  const [onDisk = 0, entries = 0, size = 0, start = 0] = (await wideFields(source, at, narrow)) ?? narrow;
  if (onDisk !== entries) refuse('A4.framing', 'a ZIP over several disks');
  const recordsStart = await directoryEnd(source, at);
  if (start + size !== recordsStart) refuse('A4.framing', 'the ZIP directory does not end at its end record');
  return { start, end: recordsStart, entries };
}

async function hasLocator(source: ByteSource, endAt: number): Promise<boolean> {
  if (endAt < locatorLength + end64Length) return false;
  const locator = await viewOf(source, endAt - locatorLength, 4);
  return locator.getUint32(0, true) === locatorSignature;
}

async function directoryEnd(source: ByteSource, endAt: number): Promise<number> {
  return (await hasLocator(source, endAt)) ? endAt - locatorLength - end64Length : endAt;
}

/** What the end record says when the ZIP64 one holds the value. */
const elsewhere = [0xffff, 0xffff, 0xffffffff, 0xffffffff];

/** The ZIP64 end record's `[entries on disk, entries, size, start]`, or null when there is none. */
async function wideFields(source: ByteSource, endAt: number, narrow: readonly number[]): Promise<number[] | null> {
  if (!(await hasLocator(source, endAt))) return null;
  const at = await readLocator(source, endAt);
  const view = await viewOf(source, at, end64Length);
  const sound = view.getUint32(0, true) === end64Signature && view.getBigUint64(4, true) === 44n;
  if (!sound || view.getBigUint64(16, true) !== 0n) refuse('A4.framing', 'a damaged ZIP64 end record');
  const wide = [24, 32, 40, 48].map((field) => wideNumber(view, field));
  const agrees = narrow.every((value, i) => value === elsewhere[i] || value === wide[i]);
  if (!agrees) refuse('A4.framing', 'the two ZIP end records contradict each other');
  return wide;
}

async function readLocator(source: ByteSource, endAt: number): Promise<number> {
  const at = endAt - locatorLength - end64Length;
  const locator = await viewOf(source, endAt - locatorLength, locatorLength);
  const points = locator.getBigUint64(8, true) === BigInt(at);
  const oneDisk = locator.getUint32(4, true) === 0 && locator.getUint32(16, true) <= 1;
  if (!points || !oneDisk) refuse('A4.framing', 'a damaged ZIP64 locator');
  return at;
}

async function viewOf(source: ByteSource, start: number, length: number): Promise<DataView> {
  const bytes = await source.read(start, start + length);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
