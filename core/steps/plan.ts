import { makePlan, type PlanWorld } from '../diff/make-plan.ts';
import type { Allowlist } from '../documents/allowlist/parse-allowlist.ts';
import type { PartialPlan } from '../documents/partial-plan.ts';
import type { Plan } from '../documents/plan.ts';
import { openOwnStore } from '../own/open-own-store.ts';
import { openServed } from '../own/open-served.ts';
import { openKeptSolutions } from '../solve/kept/keep-solutions.ts';
import { installRequests, planSlices } from '../solve/requests.ts';
import { solveSlice } from '../solve/slices/solve-slice.ts';
import { openStandings } from '../solve/standing/standings.ts';
import { openTrial } from '../solve/together/try-environment.ts';
import { keepUpstream, rememberUpstream } from '../solve/upstream-subdirs.ts';

/**
 * Works out all that an allowlist needs and how that differs from what the store has. Reads everything, then decides;
 * changes nothing but what is kept in its cache. What cannot be read or does not solve is in the plan's `problems`, never thrown.
 */
export async function plan(allowlist: Allowlist, world: PlanWorld): Promise<Plan> {
  const { platforms } = allowlist;
  world.log({ type: 'plan.started', entries: installRequests(allowlist).length, platforms });
  const own = openOwnStore(allowlist, world);
  const { planGate: gate } = world;
  const standings = gate && openStandings({ ...world, gate, served: openServed(world) });
  const kept = world.cache && (await openKeptSolutions(world.solver, world.cache));
  const solver = kept?.solver ?? world.solver;
  const upstream = world.cache && keepUpstream(world.openSubdir, world.cache);
  const openSubdir = rememberUpstream(upstream?.openSubdir ?? world.openSubdir);
  const remembering = { ...world, own, standings, solver, openSubdir };
  const parts: PartialPlan[] = [];
  // One a platform: requests that are cut apart collect what they share once each.
  const slices = planSlices(allowlist, Number.MAX_SAFE_INTEGER);
  for (const slice of slices) {
    parts.push(await solveSlice(slice, allowlist, remembering));
    await kept?.keep();
  }
  const offers = world.offersEnvironments ? { tryEnvironment: openTrial(allowlist, remembering) } : {};
  const planned = await makePlan(allowlist, parts, { ...remembering, ...offers });
  await kept?.keep();
  await upstream?.keep();
  return planned;
}
