import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { sha256Of } from '../../../core/names/digest.ts';

/** Every file below a folder: its bytes by its path from there, in order; none when the folder is not there. */
export async function folderFiles(folder: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files = new Map<string, Buffer>();
  for (const path of paths.sort()) files.set(relative(folder, path).replaceAll(sep, '/'), await readFile(path));
  return files;
}

/** The sha256 of every file below a folder by its path from there: what two folders have in common when they are equal. */
export async function folderDigests(folder: string): Promise<Record<string, string>> {
  return Object.fromEntries([...(await folderFiles(folder))].map(([path, bytes]) => [path, sha256Of(bytes)]));
}

/** The same of a store, but for its cache, where a plan that changes nothing keeps what it found out. */
export async function storeDigests(store: string): Promise<Record<string, string>> {
  const files = Object.entries(await folderDigests(store));
  return Object.fromEntries(files.filter(([path]) => !path.startsWith('_gatehouse/cache/')));
}
