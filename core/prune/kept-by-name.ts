import type { ObjectKey } from '../layout.ts';
import type { PruneWorld } from './prune-world.ts';

/**
 * The packages that something keeps by name, whatever the index says: locks and snapshots (design decision 12). There are
 * none of those yet, and this is the one place that would read them.
 */
export const keptByName = async (_world: PruneWorld): Promise<ReadonlySet<ObjectKey>> => new Set();
