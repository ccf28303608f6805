import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { compareCodePoints } from '../../core/json.ts';
import { objectKeySchema } from '../../core/layout.ts';
import type { ObjectHead } from '../../core/ports/store.ts';
import { fileEtag, regularFile } from './file-etag.ts';
import { asStoreError, nullIfAbsent } from './fs-error.ts';
import { isInternal, refuseLinks } from './key-path.ts';

/** A file's key, or a folder's with `/` behind it: so they sort as the keys below them do (`a-b` before `a/b`). */
interface Entry {
  readonly key: string;
  readonly isFolder: boolean;
}

/** Files asked about at once: waiting, not work, is what costs. */
const batch = 32;

/**
 * Every object below `root` whose key starts with `prefix`, in order of key by code point. What cannot be an object
 * (a link to a file, a pipe, a name that is no key) is passed over; a link to a folder throws, for a list without it
 * would be a partial one.
 */
export async function* listFiles(root: string, prefix: string): AsyncGenerator<ObjectHead> {
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  if (folder !== '' && !objectKeySchema.safeParse(folder.slice(0, -1)).success) return;
  await refuseLinks(root, join(root, folder));
  yield* walk(root, folder, prefix);
}

async function* walk(root: string, folder: string, prefix: string): AsyncGenerator<ObjectHead> {
  const entries = await asStoreError(`list ${folder}`, () => entriesOf(root, folder, prefix));
  for (let at = 0; at < entries.length; at += batch) {
    const page = entries.slice(at, at + batch);
    const heads = await asStoreError(`list ${folder}`, () => Promise.all(page.map((entry) => headOf(root, entry))));
    for (const [i, entry] of page.entries()) {
      const head = heads[i];
      if (head) yield head;
      if (entry.isFolder) yield* walk(root, entry.key, entry.key);
    }
  }
}

async function entriesOf(root: string, folder: string, prefix: string): Promise<Entry[]> {
  const found = (await nullIfAbsent(readdir(join(root, folder), { withFileTypes: true }))) ?? [];
  const entries: Entry[] = [];
  for (const item of found) {
    const isFolder = item.isDirectory();
    const key = `${folder}${item.name}${isFolder ? '/' : ''}`;
    if (!key.startsWith(prefix) || isInternal(key)) continue;
    if (item.isSymbolicLink() && (await isLinkToFolder(join(root, key)))) await refuseLinks(root, join(root, key));
    entries.push({ key, isFolder });
  }
  return entries.sort((a, b) => compareCodePoints(a.key, b.key));
}

async function isLinkToFolder(path: string): Promise<boolean> {
  return (await nullIfAbsent(stat(path)))?.isDirectory() ?? false;
}

async function headOf(root: string, { key, isFolder }: Entry): Promise<ObjectHead | null> {
  const parsed = objectKeySchema.safeParse(key);
  if (isFolder || !parsed.success) return null;
  const file = await regularFile(join(root, key));
  return file && { key: parsed.data, etag: fileEtag(file), size: Number(file.size) };
}
