import { eachOnce } from '../../core/diff/plan-problems.ts';
import { idsToAdd } from '../../core/documents/job.ts';
import type { Plan } from '../../core/documents/plan.ts';
import type { Log } from '../../core/ports/log.ts';
import type { Excluding } from '../../core/solve/standing/held.ts';
import { idsHere } from '../../core/solve/standing/ids-here.ts';
import { type Fetched, type FetchingWorld, fetchJobs } from './fetch-jobs.ts';

interface FetchAround {
  readonly world: FetchingWorld;
  readonly log: Log;
  /** Plans anew, without what is said. */
  readonly planAgain: (excluding: Excluding) => Promise<Plan>;
}

export interface FetchedAround extends Fetched {
  /** The plan that is to be carried out: it needs nothing of what is held or failed. */
  readonly plan: Plan;
  /** Whether all that this plan adds is there. */
  readonly isWhole: boolean;
}

/**
 * Fetches everything that a plan adds. Where something is then held by the gate, or cannot be fetched, it plans anew without that,
 * once, and fetches what that plan adds; where something does not come in again, the rest is planned over what is here. So one file
 * keeps nothing back but what needs it.
 */
export async function fetchAround(first: Plan, { world, log, planAgain }: FetchAround): Promise<FetchedAround> {
  const found = await fetchJobs(first, world, log);
  if (isAllIn(found)) return { ...found, plan: first, isWhole: true };
  const without = new Set(found.failed.map(({ subject }) => subject));
  const second = await planAgain({ without });
  const more = await fetchJobs(second, world, log);
  const fetched = [...new Set([...found.fetched, ...more.fetched])].sort();
  const held = eachOnce([...found.held, ...more.held]);
  const failed = eachOnce([...found.failed, ...more.failed]);
  if (isAllIn(more)) return { plan: second, fetched, held, failed, isWhole: true };
  for (const { subject } of more.failed) without.add(subject);
  const plan = await planAgain({ without, here: await idsHere(world) });
  return { plan, fetched, held, failed, isWhole: idsToAdd(plan).length === 0 };
}

const isAllIn = ({ held, failed }: Fetched): boolean => held.length + failed.length === 0;
