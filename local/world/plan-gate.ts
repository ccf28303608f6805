import { openFirstSeen } from '../../core/documents/gate/first-seen.ts';
import { gateByAllowlist } from '../../core/gate/judge/gate-by-allowlist.ts';
import type { GateAllowlist } from '../../core/gate/judge/gate-settings.ts';
import type { Log } from '../../core/ports/log.ts';
import type { Excluding } from '../../core/solve/standing/held.ts';
import { openLastModified } from '../../core/solve/standing/last-modified.ts';
import type { PlanGate } from '../../core/solve/standing/look-at.ts';
import { readOnlyStore } from '../../core/store/read-only-store.ts';
import type { World } from './open-world.ts';

interface PlanGateOptions extends Excluding {
  /** False for a plan that is only shown: it does not even write down what it saw first. */
  readonly mayWrite: boolean;
}

/** What one plan goes by at the gate: opened anew for each, for verdicts may have come since. */
export function openPlanGate(
  allowlist: GateAllowlist,
  world: World & { readonly log: Log },
  { mayWrite, ...excluding }: PlanGateOptions,
): PlanGate {
  const store = mayWrite ? world.store : readOnlyStore(world.store);
  return {
    ...gateByAllowlist(allowlist, { ...world, store }),
    lastModified: openLastModified(world),
    firstSeen: openFirstSeen(world.store, world.clock, mayWrite),
    ...excluding,
  };
}
