import { lastVerdict } from '../../documents/gate/last-verdict.ts';
import type { Policy } from '../../documents/gate/policy.ts';
import { isPassing } from '../../documents/gate/verdict.ts';
import { idsToAdd, type Plan, type Planned, plannedById } from '../../documents/plan.ts';
import { settledNow } from '../../gate/settle.ts';
import type { Sha256 } from '../../names/digest.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Store } from '../../ports/store.ts';

interface HeldWorld {
  readonly store: Store;
  readonly policy: Policy;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Which of the files that a plan adds the gate holds, or has rejected, since it looked into them: they do not come, and the
 * plan is to be made anew without them.
 *
 * @param among those that are not in the store
 * @returns their ids, in the plan's order
 */
export async function heldAmong(plan: Plan, among: ReadonlySet<string>, world: HeldWorld): Promise<string[]> {
  const planned = plannedById(plan);
  const held: string[] = [];
  for (const id of idsToAdd(plan).filter((one) => among.has(one))) {
    const wanted = planned.get(id);
    if (wanted !== undefined && (await isHeld(id, knownSha256(wanted), world))) held.push(id);
  }
  return held;
}

/** Null of what is made here, or read from a source distribution. */
function knownSha256(planned: Planned): Sha256 | null {
  if (planned.kind === 'file') return planned.file.sdist === undefined ? planned.file.sha256 : null;
  return planned.artifact.made === undefined ? planned.artifact.sha256 : null;
}

async function isHeld(id: string, sha256: Sha256 | null, { store, policy, clock }: HeldWorld): Promise<boolean> {
  const verdict = await lastVerdict(store, id, sha256);
  return verdict !== null && !isPassing(settledNow(verdict, policy, clock.now()));
}
