import { eachOnce } from '../../core/diff/plan-problems.ts';
import type { Plan } from '../../core/documents/plan.ts';
import type { Log } from '../../core/ports/log.ts';
import { idsHere } from '../../core/solve/standing/ids-here.ts';
import { type Fetched, type FetchingWorld, fetchJobs } from './fetch-jobs.ts';

interface FetchAround {
  readonly world: FetchingWorld;
  readonly log: Log;
  /** Plans anew; from nothing but what is `here`, where that is given. */
  readonly planAgain: (here?: ReadonlySet<string>) => Promise<Plan>;
}

export interface FetchedAround extends Fetched {
  /** The plan that is to be carried out: it needs nothing of what is held. */
  readonly plan: Plan;
}

/**
 * Fetches everything that a plan adds. Where the gate then holds something it plans anew without that, once, and fetches what
 * that plan adds; where the gate holds something again, the rest is planned over what is here. So a hold keeps no run open, and
 * costs nobody else anything.
 */
export async function fetchAround(first: Plan, { world, log, planAgain }: FetchAround): Promise<FetchedAround> {
  const found = await fetchJobs(first, world, log);
  if (found.held.length === 0) return { ...found, plan: first };
  const second = await planAgain();
  const more = await fetchJobs(second, world, log);
  const fetched = [...new Set([...found.fetched, ...more.fetched])].sort();
  const held = eachOnce([...found.held, ...more.held]);
  const plan = more.held.length === 0 ? second : await planAgain(await idsHere(world));
  // What failed in the first round was tried again in the second, unless nothing needs it any more.
  return { plan, fetched, held, failed: more.failed };
}
