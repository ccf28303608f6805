import { join, relative, sep } from 'node:path';
import { GatehouseError } from '../core/problems/error.ts';
import { statsAt } from './open-file.ts';

/** Paths found to be no links in this turn of the event loop: a listing asks about the same few thousands of times. */
const noLinks = new Set<string>();

/**
 * Passes when no part of a path below `root` is a symbolic link, or when it does not exist yet. A link could lead
 * anywhere, and what is written through it would land outside the store; only `root` itself may be one.
 *
 * @throws GatehouseError `store.broken` naming the link
 */
export function refuseLinks(root: string, path: string): void {
  if (noLinks.has(path)) return;
  let reached = root;
  for (const part of relative(root, path).split(sep).filter(Boolean)) {
    reached = join(reached, part);
    const stats = noLinks.has(reached) ? undefined : statsAt(reached);
    if (stats === null) return;
    if (stats?.isSymbolicLink()) throw isLink(root, reached);
    if (noLinks.size === 0) setImmediate(() => noLinks.clear());
    noLinks.add(reached);
  }
}

function isLink(root: string, path: string): GatehouseError {
  const hint = 'put the real folder there; only the store as a whole may be a link';
  const shown = JSON.stringify(relative(root, path));
  return new GatehouseError('store.broken', `${shown} in the store is a symbolic link`, { hint });
}
