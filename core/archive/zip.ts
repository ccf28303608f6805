import type { ByteSource } from '../byte-source.ts';
import { type Report, refuse, shown } from './finding.ts';
import { memberPath } from './member-path.ts';
import { readWindow } from './read-window.ts';
import { deflated, readZipData, stored } from './zip-data.ts';
import { readDirectory, type ZipEntry } from './zip-directory.ts';
import { checkLocal, isLocalHeader } from './zip-local.ts';

export interface ZipMember {
  /** Its path; a directory's ends in `/`. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Bytes. */
  readonly compressedSize: number;
  readonly method: 'stored' | 'deflated';
  /** Its bytes, from the start at each call; their CRC is checked at the end. */
  open(): AsyncIterable<Uint8Array>;
}

/**
 * The members of a ZIP file in the order they lie in it, read strictly: local headers from offset 0 without a gap, then
 * the directory that says the same of the same members, then the end records, then nothing (security rule A4, after
 * PyPI's warehouse `utils/zipfiles.py`). Data is stepped over, not read: this costs the last 60 KiB and 4 KiB for each
 * local header outside it.
 *
 * @throws GatehouseError `package.refused` with `A4.*`, `A9.*` or `A13.directory`
 */
export async function openZip(whole: ByteSource, report: Report): Promise<ZipMember[]> {
  const source = await readWindow(whole);
  const { entries, start } = await readDirectory(source);
  const names = new Set<string>();
  const members: ZipMember[] = [];
  if ((entries[0]?.offset ?? start) !== 0) await refuseStart(source);
  for (const [i, entry] of entries.entries()) {
    const next = entries[i + 1]?.offset ?? start;
    const place = await checkLocal(source, { entry, next }, report);
    const member = describe(entry, report);
    const path = member.name.replace(/\/$/, '');
    if (names.has(path)) refuse('A4.duplicate', `two members named ${shown(path)}`);
    names.add(path);
    members.push({ ...member, open: () => readZipData(source, { ...entry, ...place, name: member.name }) });
  }
  return members;
}

async function refuseStart(source: ByteSource): Promise<never> {
  if (await isLocalHeader(source, 0)) refuse('A4.mismatch', 'a member is missing from the directory');
  return refuse('A4.framing', 'the file does not start with its first member');
}

const utf8Flag = 0x0800;

function describe(entry: ZipEntry, report: Report): Omit<ZipMember, 'open'> {
  const { size, compressedSize, rawName } = entry;
  const directory = rawName.at(-1) === 0x2f;
  const path = memberPath(rawName, directory, report);
  if (path === '') refuse('A9.normal', 'a ZIP member without a name');
  // Without the flag the name is code page 437 to some readers and UTF-8 to others.
  if ((entry.flags & utf8Flag) === 0 && /\P{ASCII}/u.test(path))
    refuse('A9.utf8', `${shown(path)} is not marked UTF-8`);
  const method = methodName(entry.method, path);
  const sound = (method === 'deflated' || size === compressedSize) && !(directory && size > 0);
  if (!sound) refuse('A4.size', `the sizes of ${shown(path)} cannot be`);
  return { name: directory ? `${path}/` : path, size, compressedSize, method };
}

function methodName(method: number, path: string): 'stored' | 'deflated' {
  if (method === stored) return 'stored';
  if (method === deflated) return 'deflated';
  return refuse('A4.method', `${shown(path)} is compressed by method ${method}`);
}
