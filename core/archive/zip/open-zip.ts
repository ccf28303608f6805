import type { ByteSource } from '../../ports/byte-source.ts';
import { type Report, refuse, shown } from '../finding.ts';
import { memberPath } from '../members.ts';
import { readDirectory, type ZipEntry } from './directory.ts';
import { checkLocal, deflated, isLocalHeader, readZipData, stored } from './member-data.ts';

export interface ZipMember {
  /** Its path; a directory's ends in `/`. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Bytes. */
  readonly compressedSize: number;
  readonly method: 'stored' | 'deflated';
  /** Unix type and permission bits, as `stat` has them; 0 where they are not known. */
  readonly mode: number;
  /** Milliseconds since the epoch, its date taken for UTC. */
  readonly modified: number;
  /** Its bytes, from the start at each call; their CRC is checked at the end. */
  open(): AsyncIterable<Uint8Array>;
}

/**
 * The members of a ZIP file in the order they lie in it, read strictly: local headers from offset 0 without a gap, then
 * the directory that says the same of the same members, then the end records, then nothing (as PyPI holds uploads to it,
 * warehouse `utils/zipfiles.py`). Readers that go by local headers and readers that go by the directory so see the same
 * files. Data is stepped over, not read: this costs the last 60 KiB and 4 KiB for each local header outside it.
 *
 * @throws GatehouseError `package.refused` with `A4.*`, `A9.*` or `A13.directory`
 */
export async function openZip(whole: ByteSource, report: Report): Promise<ZipMember[]> {
  const { source, placed } = await readPlaced(whole);
  const described = describeOnce(report);
  const members: ZipMember[] = [];
  for (const { entry, next } of placed) {
    const place = await checkLocal(source, { entry, next }, report);
    const member = described(entry);
    members.push({ ...member, open: () => readZipData(source, { ...entry, ...place, name: member.name }) });
  }
  return members;
}

/**
 * The members as the directory lists them, each held against its local header once it is opened and not before: for a few
 * members of a file that is read over a network, where {@link openZip} would cost a request for each. What else the file
 * holds is not checked.
 *
 * @throws GatehouseError `package.refused` with `A4.*`, `A9.*` or `A13.directory`
 */
export async function openZipDirectory(whole: ByteSource, report: Report): Promise<ZipMember[]> {
  const { source, placed } = await readPlaced(whole);
  const described = describeOnce(report);
  return placed.map(({ entry, next }) => {
    const member = described(entry);
    const open = async function* () {
      const place = await checkLocal(source, { entry, next }, report);
      yield* readZipData(source, { ...entry, ...place, name: member.name });
    };
    return { ...member, open };
  });
}

/** The directory's records, each with where the next local header, or the directory, starts. */
async function readPlaced(whole: ByteSource) {
  const source = await readWindow(whole);
  const { entries, start } = await readDirectory(source);
  if ((entries[0]?.offset ?? start) !== 0) {
    if (await isLocalHeader(source, 0)) refuse('A4.mismatch', 'a member is missing from the directory');
    refuse('A4.framing', 'the file does not start with its first member');
  }
  return { source, placed: entries.map((entry, i) => ({ entry, next: entries[i + 1]?.offset ?? start })) };
}

type DescribedMember = Omit<ZipMember, 'open'>;

/** Describes members, no two of one name. */
function describeOnce(report: Report): (entry: ZipEntry) => DescribedMember {
  const names = new Set<string>();
  return (entry) => {
    const member = describe(entry, report);
    const path = member.name.replace(/\/$/, '');
    if (names.has(path)) refuse('A4.duplicate', `two members named ${shown(path)}`);
    names.add(path);
    return member;
  };
}

const utf8Flag = 0x0800;
const methodNames = new Map<number, ZipMember['method']>([
  [stored, 'stored'],
  [deflated, 'deflated'],
]);

function checkEntry(
  { method, size, compressedSize, crc, isMarkedDirectory }: ZipEntry,
  { path, directory }: { path: string; directory: boolean },
): void {
  const sound = (method === deflated || size === compressedSize) && !(directory && size > 0);
  if (!sound) refuse('A4.size', `the sizes of ${shown(path)} cannot be`);
  if (directory && crc !== 0) refuse('A4.crc', `the directory ${shown(path)} has a CRC`);
  // zip.js gives no bytes of such a file.
  if (isMarkedDirectory && !directory) refuse('A4.type', `${shown(path)} is marked as a directory`);
}

function describe(entry: ZipEntry, report: Report): DescribedMember {
  const { size, compressedSize, rawName } = entry;
  const directory = rawName.at(-1) === 0x2f;
  const path = memberPath(rawName, directory, report);
  if (path === '') refuse('A9.normal', 'a ZIP member without a name');
  // Without the flag the name is code page 437 to some readers and UTF-8 to others.
  if ((entry.flags & utf8Flag) === 0 && /\P{ASCII}/u.test(path))
    refuse('A9.utf8', `${shown(path)} is not marked UTF-8`);
  const method = methodNames.get(entry.method);
  if (method === undefined) refuse('A4.method', `${shown(path)} is compressed by method ${entry.method}`);
  checkEntry(entry, { path, directory });
  return {
    name: directory ? `${path}/` : path,
    size,
    compressedSize,
    method,
    mode: entry.mode,
    modified: entry.modified,
  };
}

/** With one read ahead 64 KiB. The tail holds the directory of every real `.conda`, and for nine in ten the info tarball. */
const tailBytes = 60 * 1024;
/** The first two local headers of a `.conda` and its `metadata.json` in one read. */
const aheadBytes = 4 * 1024;
const maxAheadKept = 4;

/**
 * A source for reading here and there: its tail is read once and kept; small reads fetch 4 KiB, and the last four such
 * are kept. Asking for more than that reads exactly what was asked for and keeps nothing.
 */
async function readWindow(source: ByteSource): Promise<ByteSource> {
  const fetch = async (start: number, end: number) => ({ start, bytes: await source.read(start, end) });
  const tail = await fetch(Math.max(0, source.size - tailBytes), source.size);
  let ahead = [tail].slice(1);
  return {
    size: source.size,
    async read(start, end) {
      const kept = [tail, ...ahead].find((held) => start >= held.start && end <= held.start + held.bytes.length);
      if (kept) return kept.bytes.subarray(start - kept.start, end - kept.start);
      if (end - start > aheadBytes) return source.read(start, end);
      const next = await fetch(start, Math.min(start + aheadBytes, source.size));
      ahead = [next, ...ahead].slice(0, maxAheadKept);
      return next.bytes.subarray(0, end - start);
    },
  };
}
