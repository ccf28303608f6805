import { type GarbageKind, garbageKinds } from '../../core/prune/garbage.ts';
import type { PruneReport } from '../../core/steps/prune.ts';

export interface KindTotal {
  readonly kind: GarbageKind;
  readonly objects: number;
  readonly bytes: number;
}

/** How many objects and bytes of each kind there are; none of those there are none of. */
export function pruneTotals({ objects }: PruneReport): KindTotal[] {
  return garbageKinds.flatMap((kind) => {
    const own = objects.filter((each) => each.kind === kind);
    const bytes = own.reduce((sum, { size }) => sum + size, 0);
    return own.length === 0 ? [] : [{ kind, objects: own.length, bytes }];
  });
}
