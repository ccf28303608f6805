import { type Dirent, existsSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { scheduler } from 'node:timers/promises';
import { compareCodePoints } from '../../core/json/json.ts';
import { objectKeySchema } from '../../core/layout/keys.ts';
import type { ObjectHead } from '../../core/ports/store.ts';
import { fileEtag, fileModified, regularFile } from '../open-file.ts';
import { asDiskError, isAbsence, nullIfAbsent } from '../system-error.ts';
import { isInternal, refuseLinks } from './key-path.ts';

/** A file's key, or a folder's with `/` behind it: so they sort as the keys below them do (`a-b` before `a/b`). */
interface Entry {
  readonly key: string;
  readonly isFolder: boolean;
}

/** The event loop gets a turn after so many files, some 10 µs each: a server in the same process goes on answering. */
const filesPerTurn = 64;

/**
 * Every object below `root` whose key starts with `prefix`, in order of key by code point. What cannot be an object
 * (a link to a file, a pipe, a name that is no key) is passed over; a link to a folder throws, for a list without it
 * would be a partial one.
 */
export async function* listFiles(root: string, prefix: string): AsyncGenerator<ObjectHead> {
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  if (folder !== '' && !objectKeySchema.safeParse(folder.slice(0, -1)).success) return;
  await asDiskError(`list ${prefix}`, () => refuseLinks(root, join(root, folder)));
  yield* walk(root, folder, prefix);
}

async function* walk(root: string, folder: string, prefix: string): AsyncGenerator<ObjectHead> {
  const entries = await asDiskError(`list ${folder}`, () => entriesOf(root, folder, prefix));
  for (const [i, entry] of entries.entries()) {
    if (i % filesPerTurn === filesPerTurn - 1) await scheduler.yield();
    if (entry.isFolder) yield* walk(root, entry.key, entry.key);
    else yield* await asDiskError(`list ${folder}`, () => headOf(root, entry.key));
  }
}

async function entriesOf(root: string, folder: string, prefix: string): Promise<Entry[]> {
  const path = join(root, folder);
  if (!existsSync(path)) return [];
  const entries: Entry[] = [];
  for (const item of await readFolder(path)) {
    const isFolder = item.isDirectory();
    const key = `${folder}${item.name}${isFolder ? '/' : ''}`;
    if (!key.startsWith(prefix) || isInternal(key)) continue;
    if (item.isSymbolicLink() && isLinkToFolder(join(root, key))) refuseLinks(root, join(root, key));
    entries.push({ key, isFolder });
  }
  return entries.sort((a, b) => compareCodePoints(a.key, b.key));
}

async function readFolder(path: string): Promise<Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    if (isAbsence(error)) return [];
    throw error;
  }
}

function isLinkToFolder(path: string): boolean {
  return nullIfAbsent(() => statSync(path))?.isDirectory() ?? false;
}

/** The object of that key, if there is one: what cannot be listed is none. */
function headOf(root: string, key: string): ObjectHead[] {
  const parsed = objectKeySchema.safeParse(key);
  const file = parsed.success ? regularFile(join(root, key)) : null;
  if (!parsed.success || file === null) return [];
  return [{ key: parsed.data, etag: fileEtag(file), size: Number(file.size), modified: fileModified(file) }];
}
