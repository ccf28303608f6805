import { makePlan } from '../../../core/diff/make-plan.ts';
import type { Allowlist } from '../../../core/documents/allowlist/parse-allowlist.ts';
import type { PartialPlan } from '../../../core/documents/partial-plan.ts';
import type { Plan } from '../../../core/documents/plan.ts';
import { openOwnStore } from '../../../core/own/open-own-store.ts';
import { planSlices } from '../../../core/solve/requests.ts';
import { solveSlice } from '../../../core/solve/slices/solve-slice.ts';
import type { plan } from '../../../core/steps/plan.ts';

/** The plan of work in slices of one request each, the last first. */
export async function planInPieces(allowlist: Allowlist, world: Parameters<typeof plan>[1]): Promise<Plan> {
  const parts: PartialPlan[] = [];
  for (const { platform, requests } of planSlices(allowlist)) {
    for (const request of requests.toReversed()) {
      const own = openOwnStore(allowlist, world);
      parts.push(await solveSlice({ platform, requests: [request] }, allowlist, { ...world, own }));
    }
  }
  return makePlan(allowlist, parts, world);
}
