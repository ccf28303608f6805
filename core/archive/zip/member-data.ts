import { crc32, createInflateRaw } from 'node:zlib';
import { type ByteSource, chunksOf, sameBytes } from '../../ports/byte-source.ts';
import { viewOf } from '../byte-reader.ts';
import { decodeThrough } from '../decode-through.ts';
import { type Report, refuse, shown } from '../finding.ts';
import type { ZipEntry } from './directory.ts';
import { resolveExtras } from './extra-fields.ts';

const signature = 0x04034b50;
const fixedBytes = 30;
const descriptorSignature = 0x08074b50;
const descriptorFlag = 0x0008;

/**
 * Holds a member's local header against its directory record, and its end against the next record's start.
 *
 * @param next where the next local header, or the directory, starts
 * @returns where its data lies
 * @throws GatehouseError `package.refused` with `A4.*`
 */
export async function checkLocal(
  source: ByteSource,
  { entry, next }: { entry: ZipEntry; next: number },
  report: Report,
): Promise<{ start: number; end: number }> {
  const header = await readLocalHeader(source, entry, next);
  const end = header.dataStart + entry.compressedSize;
  const gap = next - end;
  if ((entry.flags & descriptorFlag) !== 0) {
    await checkDescriptor(source, { entry, at: end, gap, wide: header.zip64 });
    report('zip.descriptor', 'a member has a data descriptor');
  } else if (gap !== 0) {
    if (gap > 0 && (await isLocalHeader(source, end))) refuse('A4.mismatch', 'a member is missing from the directory');
    refuse('A4.framing', gap > 0 ? `${gap} bytes between two records` : 'two members overlap');
  }
  return { start: header.dataStart, end };
}

async function readLocalHeader(source: ByteSource, entry: ZipEntry, next: number) {
  const fixedEnd = entry.offset + fixedBytes;
  if (fixedEnd > next) refuse('A4.mismatch', 'a member of the directory has no local header');
  const fixed = viewOf(await source.read(entry.offset, fixedEnd));
  if (fixed.getUint32(0, true) !== signature) refuse('A4.mismatch', 'a member of the directory has no local header');
  const nameEnd = fixedEnd + fixed.getUint16(26, true);
  const dataStart = nameEnd + fixed.getUint16(28, true);
  if (dataStart > next) refuse('A4.framing', 'a local header overlaps what follows');
  const bytes = await source.read(fixedEnd, dataStart);
  const name = bytes.subarray(0, nameEnd - fixedEnd);
  const same = fixed.getUint16(6, true) === entry.flags && fixed.getUint16(8, true) === entry.method;
  if (!same || !sameBytes(name, entry.rawName)) refuse('A4.mismatch', 'a local header contradicts the directory');
  const narrow = [fixed.getUint32(22, true), fixed.getUint32(18, true)];
  const { sizes, zip64 } = resolveExtras(bytes.subarray(name.length), name, narrow);
  // CRC and sizes equal the directory's; where a descriptor follows, each may be left 0 (APPNOTE 4.4.4, bit 3).
  const later = (entry.flags & descriptorFlag) !== 0;
  const said = [entry.crc, entry.size, entry.compressedSize];
  const agrees = [fixed.getUint32(14, true), ...sizes].every((value, i) => value === said[i] || (later && value === 0));
  if (!agrees) refuse('A4.mismatch', 'a local header contradicts the directory');
  return { dataStart, zip64 };
}

/** Whether the next four bytes start a local header; a ZIP has at least 22 more behind any place that is asked for. */
export async function isLocalHeader(source: ByteSource, at: number): Promise<boolean> {
  return viewOf(await source.read(at, at + 4)).getUint32(0, true) === signature;
}

/**
 * The descriptor, with or without its signature, fills the gap and says what the directory says.
 *
 * @param wide the local header has a ZIP64 extra, so the descriptor's sizes take 8 bytes (APPNOTE 4.3.9.2)
 */
async function checkDescriptor(
  source: ByteSource,
  { entry, at, gap, wide }: { entry: ZipEntry; at: number; gap: number; wide: boolean },
): Promise<void> {
  const plain = wide ? 20 : 12;
  if (gap !== plain && gap !== plain + 4) refuse('A4.descriptor', `a data descriptor of ${gap} bytes`);
  const view = viewOf(await source.read(at, at + gap));
  const signed = gap === plain + 4;
  if (signed && view.getUint32(0, true) !== descriptorSignature) refuse('A4.descriptor', 'not a data descriptor');
  const from = signed ? 4 : 0;
  const number = (i: number) => (wide ? view.getBigUint64(i, true) : BigInt(view.getUint32(i, true)));
  const compressedSize = number(from + 4);
  const size = number(from + 4 + (wide ? 8 : 4));
  const crc = view.getUint32(from, true);
  const same = crc === entry.crc && compressedSize === BigInt(entry.compressedSize) && size === BigInt(entry.size);
  if (!same) refuse('A4.descriptor', 'a data descriptor contradicts the directory');
}

export const stored = 0;
export const deflated = 8;

interface MemberData extends ZipEntry {
  readonly name: string;
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
