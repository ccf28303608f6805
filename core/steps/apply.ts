import type { Plan } from '../plan.ts';
import { type Applied, type DecisionWorld, writeDecisions } from '../planning/write-decisions.ts';

export type { Applied };
export type ApplyWorld = DecisionWorld;

/**
 * Writes a plan's decisions to control, each subdir under compare-and-swap. What alters the index was proved with all
 * that the plan adds, and so waits until all of it is there. Safe to run twice.
 */
export const apply = (plan: Plan, world: ApplyWorld): Promise<Applied> => writeDecisions(plan, world);
