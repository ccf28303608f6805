import type { OverrideWorld } from '../diff/write-overrides.ts';
import { type Applied, writeDecisions, writePlan } from '../diff/write-plan.ts';
import type { Plan } from '../documents/plan.ts';

export interface ApplyWorld extends OverrideWorld {
  /** False when some artifact or file for pip of the plan is still missing. */
  readonly fetchedAll: boolean;
}

/**
 * Writes to control what a plan says, each subdir and project under compare-and-swap: who needs what at once; what changes the index
 * only when everything the plan adds is there, since it was proved with all of it. Safe to run twice.
 */
export async function apply(plan: Plan, { fetchedAll, ...world }: ApplyWorld): Promise<Applied> {
  return fetchedAll ? writePlan(plan, world) : writeDecisions(plan, world);
}
