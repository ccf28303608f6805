import { dirname, join, relative, resolve, sep } from 'node:path';
import type { ObjectKey } from '../../core/layout/keys.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import { statsAt } from '../open-file.ts';

/** The folder backend's own places: no object is ever there. */
const internal = ['incoming', 'meta', 'locks'] as const;

/** The path of something that the backend keeps for itself. */
export const internalPath = (root: string, place: (typeof internal)[number], ...parts: readonly string[]): string =>
  join(root, '_gatehouse', place, ...parts);

export const isInternal = (key: string): boolean =>
  internal.some((place) => `${key}/`.startsWith(`_gatehouse/${place}/`));

/**
 * The file that holds an object.
 *
 * @throws GatehouseError `store.broken` when the key cannot be a path below `root`, or a folder on the way is a
 * symbolic link: a link could lead anywhere, so none is followed below `root`
 */
export function keyPath(root: string, key: ObjectKey): string {
  const path = resolve(root, ...key.split('/'));
  // Not so for a backslash or a drive on Windows; a lone surrogate or NUL would name another file, or none.
  const faithful = relative(root, path).split(sep).join('/') === key && key.isWellFormed() && !key.includes('\0');
  if (!faithful || isInternal(key))
    throw new GatehouseError('store.broken', `no object can have the key ${quote(key)}`);
  refuseLinks(root, dirname(path));
  return path;
}

/** Folders found to be no links in this turn of the event loop: a listing asks about the same few thousands of times. */
const realFolders = new Set<string>();

/** Throws when a folder below `root` is reached by a symbolic link; passes when it does not exist yet. */
export function refuseLinks(root: string, folder: string): void {
  if (realFolders.has(folder)) return;
  let path = root;
  for (const part of relative(root, folder).split(sep).filter(Boolean)) {
    path = join(path, part);
    const stats = realFolders.has(path) ? undefined : statsAt(path);
    if (stats === null) return;
    if (stats?.isSymbolicLink()) throw isLink(root, path);
    if (realFolders.size === 0) setImmediate(() => realFolders.clear());
    realFolders.add(path);
  }
}

function isLink(root: string, path: string): GatehouseError {
  const hint = 'put the real folder there; only the store as a whole may be a link';
  return new GatehouseError('store.broken', `${quote(relative(root, path))} in the store is a symbolic link`, { hint });
}

const quote = (text: string): string => JSON.stringify(text);
