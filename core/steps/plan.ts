import type { Allowlist } from '../allowlist/parse-allowlist.ts';
import type { Plan } from '../plan.ts';
import { type ConcludeWorld, concludeSlices } from '../planning/conclude-slices.ts';
import { installRequests } from '../planning/install-request.ts';
import type { PartialPlan } from '../planning/partial-plan.ts';
import { planSlices } from '../planning/plan-slices.ts';
import { rememberUpstream } from '../planning/remember-upstream.ts';
import { solveSlice } from '../planning/solve-slice.ts';

export type PlanWorld = ConcludeWorld;

/**
 * Works out all that an allowlist needs and how that differs from what the store has. Reads everything, then decides;
 * changes nothing. What cannot be read or does not solve is in the plan's `problems`, never thrown.
 */
export async function plan(allowlist: Allowlist, world: PlanWorld): Promise<Plan> {
  const { platforms } = allowlist;
  world.log({ type: 'plan.started', entries: installRequests(allowlist).length, platforms });
  const remembering = { ...world, openSubdir: rememberUpstream(world.openSubdir) };
  const parts: PartialPlan[] = [];
  for (const slice of planSlices(allowlist)) parts.push(await solveSlice(slice, allowlist, remembering));
  return concludeSlices(allowlist, parts, remembering);
}
