import { type Dirent, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { scheduler } from 'node:timers/promises';
import { compareCodePoints } from '../../core/json/json.ts';
import { objectKeySchema } from '../../core/layout/keys.ts';
import type { ObjectHead, PassedOver } from '../../core/ports/store.ts';
import { fileEtag, fileModified, regularFile, statsAt } from '../open-file.ts';
import { refuseLinks } from '../refuse-links.ts';
import { asDiskError, isAbsence, systemErrorCode } from '../system-error.ts';
import { isInternal } from './key-path.ts';

/** A file's key, or a folder's with `/` behind it: so they sort as the keys below them do (`a-b` before `a/b`). */
interface Entry {
  readonly key: string;
  readonly isFolder: boolean;
}

/** The event loop gets a turn after so many files, some 10 µs each: a server in the same process goes on answering. */
const filesPerTurn = 64;

/**
 * Every object below `root` whose key starts with `prefix`, in order of key by code point. What can be no object (a link,
 * a pipe, a name that is no key) and every folder is told to `passedOver`. Without it a link to a folder throws, for a
 * list without what lies behind it would be a partial one.
 */
export async function* listFiles(root: string, prefix: string, passedOver?: Told): AsyncGenerator<ObjectHead> {
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  if (folder !== '' && !objectKeySchema.safeParse(folder.slice(0, -1)).success) return;
  await asDiskError(`list ${prefix}`, () => refuseLinks(root, join(root, folder)));
  yield* walk({ root, prefix, told: passedOver ?? refusing(root) }, folder);
}

type Told = (what: PassedOver) => void;

interface Listing {
  readonly root: string;
  readonly prefix: string;
  readonly told: Told;
}

async function* walk(listing: Listing, folder: string): AsyncGenerator<ObjectHead> {
  const entries = await asDiskError(`list ${folder}`, () => entriesOf(listing, folder));
  for (const [i, entry] of entries.entries()) {
    if (i % filesPerTurn === filesPerTurn - 1) await scheduler.yield();
    if (entry.isFolder) {
      listing.told({ path: entry.key, kind: 'folder' });
      yield* walk(listing, entry.key);
    } else yield* await asDiskError(`list ${folder}`, () => headOf(listing, entry.key));
  }
}

async function entriesOf({ root, prefix, told }: Listing, folder: string): Promise<Entry[]> {
  const path = join(root, folder);
  // An absence is usual and cheap to ask for; what may not be looked at is none, and throws.
  if (statsAt(path) === null) return [];
  const entries: Entry[] = [];
  for (const item of await readFolder(path)) {
    const isFolder = item.isDirectory();
    const key = `${folder}${item.name}${isFolder ? '/' : ''}`;
    const kind = oddKind(item, join(root, key));
    if (!key.startsWith(prefix) || isInternal(key)) continue;
    if (kind === null) entries.push({ key, isFolder });
    else told({ path: key, kind });
  }
  return entries.sort((a, b) => compareCodePoints(a.key, b.key));
}

/** What an entry is that can be neither an object nor a folder of objects; null for what can. */
function oddKind(item: Dirent, path: string): PassedOver['kind'] | null {
  // Bytes that are not UTF-8 come as U+FFFD, and a path made with that leads to nothing.
  if (item.name.includes('\uFFFD') && statsAt(path) === null) return 'name';
  if (item.isFile() || item.isDirectory()) return null;
  if (item.isSymbolicLink()) return 'link';
  if (item.isFIFO()) return 'pipe';
  return item.isSocket() ? 'socket' : 'device';
}

/** Passes over all but a link to a folder. */
const refusing =
  (root: string): Told =>
  ({ path, kind }) => {
    if (kind === 'link' && isLinkToFolder(join(root, path))) refuseLinks(root, join(root, path));
  };

async function readFolder(path: string): Promise<Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    if (isAbsence(error)) return [];
    throw error;
  }
}

/** A link that leads to itself, or to nothing, is none. */
function isLinkToFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    if (isAbsence(error) || systemErrorCode(error) === 'ELOOP') return false;
    throw error;
  }
}

/** The object of that key, if there is one. */
function headOf({ root, told }: Listing, key: string): ObjectHead[] {
  const parsed = objectKeySchema.safeParse(key);
  if (!parsed.success) {
    told({ path: key, kind: 'name' });
    return [];
  }
  const file = regularFile(join(root, key));
  if (file === null) return [];
  return [{ key: parsed.data, etag: fileEtag(file), size: Number(file.size), modified: fileModified(file) }];
}
