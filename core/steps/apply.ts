import {
  type Applied,
  nothingApplied,
  type OverrideWorld,
  writeOverrides,
  writePlan,
} from '../diff/write-overrides.ts';
import type { Plan } from '../documents/plan.ts';

export interface ApplyWorld extends OverrideWorld {
  /** False when some artifact of the plan is still missing. */
  readonly fetchedAll: boolean;
}

/**
 * Writes to control what a plan says, each subdir under compare-and-swap: who needs what at once; what changes the index
 * only when everything the plan adds is there, since it was proved with all of it. Safe to run twice.
 */
export async function apply(plan: Plan, { fetchedAll, ...world }: ApplyWorld): Promise<Applied> {
  if (fetchedAll) return writePlan(plan, world);
  await writeOverrides(plan.decisions, world);
  return nothingApplied;
}
