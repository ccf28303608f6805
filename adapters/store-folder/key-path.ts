import { dirname, join, relative, resolve, sep } from 'node:path';
import type { ObjectKey } from '../../core/layout/keys.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import { refuseLinks } from '../refuse-links.ts';

/** The folder backend's own places: no object is ever there. */
const internal = ['incoming', 'meta', 'locks'] as const;

/**
 * The path of something that the backend keeps for itself.
 *
 * @throws GatehouseError `store.broken` when it, or a folder on the way, is a symbolic link
 */
export function internalPath(root: string, ...[place, ...parts]: Parameters<typeof internalPlace>): string {
  const path = join(root, internalPlace(place, ...parts));
  refuseLinks(root, path);
  return path;
}

/** Such a path from the store's root on, whatever lies there. */
export const internalPlace = (place: (typeof internal)[number], ...parts: readonly string[]): string =>
  join('_gatehouse', place, ...parts);

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

const quote = (text: string): string => JSON.stringify(text);
