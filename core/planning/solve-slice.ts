import type { Allowlist } from '../allowlist/parse-allowlist.ts';
import { GatehouseError } from '../error.ts';
import type { Log } from '../event.ts';
import { noPatches, type Patches } from '../forms/hotfix/hotfix.ts';
import { artifactId, type EntryOutcome } from '../plan.ts';
import type { CandidatePool, Solver } from '../ports/solver.ts';
import { virtualPackagesFor } from '../virtual-packages.ts';
import { candidatePool } from './candidate-pool.ts';
import { collectCandidates } from './collect-candidates.ts';
import { entryOutcome } from './entry-outcome.ts';
import { hiddenConflicts } from './hidden-conflicts.ts';
import { type InstallRequest, installRequests } from './install-request.ts';
import { narrow, narrowKey } from './narrow.ts';
import type { PartialPlan, SolvedGroup } from './partial-plan.ts';
import { patchUpstream } from './patch-upstream.ts';
import type { PlanSlice } from './plan-slices.ts';
import type { OpenSubdir } from './remember-upstream.ts';
import { solveRequest } from './solve-request.ts';
import { openView, type UpstreamView } from './upstream-view.ts';

export interface SolveWorld {
  readonly openSubdir: OpenSubdir;
  readonly solver: Solver;
  readonly log: Log;
  /** The organisation's own hotfixes; none without it. */
  readonly patches?: Patches;
}

type SliceWorld = SolveWorld & Pick<Allowlist, 'python'> & Pick<CandidatePool, 'virtualPackages'>;

/** A request and its place among the allowlist's. */
type Placed = readonly [place: number, request: InstallRequest];

/**
 * Solves a slice's requests on its platform against upstream. A request's solution does not depend on the others of its
 * slice: what they add to the pool is nothing that it could choose. A channel that cannot be read fails them all, not
 * the run.
 */
export async function solveSlice(
  { platform, requests }: PlanSlice,
  allowlist: Allowlist,
  solving: SolveWorld,
): Promise<PartialPlan> {
  const all = installRequests(allowlist);
  const placed = requests.flatMap((place): Placed[] => (all[place] === undefined ? [] : [[place, all[place]]]));
  const virtualPackages = virtualPackagesFor(platform, allowlist.virtualPackages[platform]);
  const world = { ...solving, python: allowlist.python, virtualPackages };
  try {
    const openSubdir = patchUpstream(solving.openSubdir, solving.patches ?? noPatches);
    const view = await openView(allowlist.channels, platform, { openSubdir, solver: solving.solver });
    const parts: PartialPlan[] = [];
    for (const group of byPool(placed)) parts.push(await solveGroup(group, view, world));
    const groups = parts.flatMap((part) => part.groups);
    const chosen = groups.flatMap((group) => group.chosen);
    const conflicts = await hiddenConflicts(chosen, view);
    return {
      version: 1,
      platform,
      groups,
      problems: [...parts.flatMap(({ problems }) => problems), ...conflicts.problems],
      complete: conflicts.complete && parts.every(({ complete }) => complete),
    };
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error;
    const problems = [{ code: error.code, subject: platform, detail: error.message }];
    const solved = placed.map(([place, { id }]) => failed(place, { entry: id, platform, reason: error.message }));
    return { version: 1, platform, groups: [{ solved, chosen: [] }], problems, complete: false };
  }
}

type Solved = SolvedGroup['solved'][number];

/** What a request came to that nobody could solve, which says nothing about it. */
export function failed(
  request: number,
  { entry, platform, reason }: Pick<EntryOutcome, 'entry' | 'platform'> & { readonly reason: string },
): Solved {
  const solution = { status: 'failed', explanation: reason } as const;
  return { request, outcomes: [entryOutcome(entry, platform, { python: null, solution })] };
}

/** Requests that may choose from the same records share one pool. */
function byPool(placed: readonly Placed[]): Placed[][] {
  const pool = ([, { channels, specs }]: Placed) => JSON.stringify([[...channels], narrowKey(specs)]);
  return [...Map.groupBy(placed, pool).values()];
}

async function solveGroup(placed: readonly Placed[], view: UpstreamView, world: SliceWorld): Promise<PartialPlan> {
  const only = placed[0]?.[1].channels;
  const roots = placed.flatMap(([, { specs }]) => specs);
  const named = async (name: string) => {
    const { records, problems } = await view.named(name, only?.get(name));
    return { records: narrow(records, roots), problems };
  };
  const found = await collectCandidates(roots, { named, python: world.python });
  const records = [...found.byName.values()].flat();
  const pool = candidatePool(view.platform, records, world.virtualPackages);
  const solved: Solved[] = [];
  for (const [request, one] of placed) solved.push({ request, outcomes: await outcomesOf(one, pool, world) });
  const outcomes = solved.flatMap((one) => one.outcomes);
  const ids = new Set(outcomes.flatMap(({ artifacts }) => artifacts));
  const chosen = records.filter((record) => ids.has(artifactId(record)));
  const complete = found.complete && outcomes.every(({ status }) => status !== 'failed');
  return { version: 1, platform: view.platform, groups: [{ solved, chosen }], problems: [...found.problems], complete };
}

async function outcomesOf(
  request: InstallRequest,
  pool: CandidatePool,
  { solver, python, log }: SliceWorld,
): Promise<EntryOutcome[]> {
  const attempts = await solveRequest(request, { pool, solver, python });
  const outcomes = attempts.map((attempt) => entryOutcome(request.id, pool.platform, attempt));
  for (const { entry, platform, artifacts, explanation } of outcomes) {
    if (explanation === null) log({ type: 'plan.solved', entry, platform, packages: artifacts.length });
    else log({ type: 'plan.unsolved', entry, platform, explanation });
  }
  return outcomes;
}
