import type { Allowlist } from '../documents/allowlist/parse-allowlist.ts';
import type { PartialPlan, SolvedGroup } from '../documents/partial-plan.ts';
import { noPatches, type Patches } from '../documents/patches/hotfix.ts';
import { artifactId } from '../documents/plan.ts';
import type { Log } from '../ports/log.ts';
import type { CandidatePool, Solver } from '../ports/solver.ts';
import { GatehouseError } from '../problems/error.ts';
import { problemOf } from '../problems/problem.ts';
import { candidatePool, narrow, narrowKey } from './candidate-pool.ts';
import { collectClosure } from './closure.ts';
import { hiddenConflicts } from './hidden-conflicts.ts';
import { type InstallRequest, installRequests, type PlanSlice } from './requests.ts';
import { failedOutcome, solveRequest } from './solve-request.ts';
import { type OpenSubdir, patchUpstream } from './upstream-subdirs.ts';
import { openView, type UpstreamView } from './upstream-view.ts';
import { virtualPackagesFor } from './virtual-packages.ts';

export interface SliceWorld {
  readonly openSubdir: OpenSubdir;
  readonly solver: Solver;
  readonly log: Log;
  /** The organisation's own hotfixes; none without it. */
  readonly patches?: Patches;
}

/** A request and its place among the allowlist's. */
type Placed = readonly [place: number, request: InstallRequest];

/**
 * Solves a slice's requests on its platform against upstream. A request's solution does not depend on the others of its
 * slice: what they add to the pool is nothing that it could choose. A channel that cannot be read fails them all, not
 * the run. Emits `plan.solved` and `plan.unsolved`.
 */
export async function solveSlice(slice: PlanSlice, allowlist: Allowlist, world: SliceWorld): Promise<PartialPlan> {
  const { platform } = slice;
  const all = installRequests(allowlist);
  const placed = slice.requests.flatMap((place): Placed[] => (all[place] === undefined ? [] : [[place, all[place]]]));
  try {
    const openSubdir = patchUpstream(world.openSubdir, world.patches ?? noPatches);
    const view = await openView(allowlist.channels, platform, { openSubdir });
    return await solveOn(view, placed, allowlist, world);
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error;
    const problems = [problemOf(error, platform)];
    const solved = placed.map(([request, { id }]) => ({
      request,
      outcomes: [failedOutcome(id, platform, error.message)],
    }));
    return { version: 1, platform, groups: [{ solved, chosen: [] }], problems, warnings: [], complete: false };
  }
}

async function solveOn(
  view: UpstreamView,
  placed: readonly Placed[],
  { python, virtualPackages: overrides }: Allowlist,
  { solver, log }: SliceWorld,
): Promise<PartialPlan> {
  const { platform } = view;
  const virtualPackages = virtualPackagesFor(platform, overrides[platform]);
  const parts: GroupPart[] = [];
  // Requests that may choose from the same records share one pool.
  const poolOf = ([, { channels, specs }]: Placed) => JSON.stringify([[...channels], narrowKey(specs)]);
  for (const group of Map.groupBy(placed, poolOf).values()) {
    parts.push(await solveGroup(group, view, { solver, log, python, virtualPackages }));
  }
  const conflicts = await hiddenConflicts(
    parts.flatMap(({ group }) => group.chosen),
    view,
  );
  return {
    version: 1,
    platform,
    groups: parts.map(({ group }) => group),
    problems: [...parts.flatMap(({ problems }) => problems), ...conflicts.problems],
    warnings: [...conflicts.warnings],
    complete: conflicts.complete && parts.every(({ complete }) => complete),
  };
}

interface GroupWorld extends Pick<SliceWorld, 'solver' | 'log'>, Pick<CandidatePool, 'virtualPackages'> {
  readonly python: readonly string[];
}

interface GroupPart extends Pick<PartialPlan, 'problems' | 'complete'> {
  readonly group: SolvedGroup;
}

async function solveGroup(placed: readonly Placed[], view: UpstreamView, world: GroupWorld): Promise<GroupPart> {
  const only = placed[0]?.[1].channels;
  const roots = placed.flatMap(([, { specs }]) => specs);
  const named = async (name: string) => {
    const { records, problems } = await view.named(name, only?.get(name));
    return { records: narrow(records, roots), problems };
  };
  const closure = await collectClosure(roots, { named, python: world.python });
  const records = [...closure.byName.values()].flat();
  const pool = candidatePool(view.platform, records, world.virtualPackages);
  const solved: SolvedGroup['solved'] = [];
  for (const [place, request] of placed) {
    const own = await solveRequest(request, { ...world, pool });
    for (const { entry, platform, artifacts, explanation } of own) {
      if (explanation === null) world.log({ type: 'plan.solved', entry, platform, packages: artifacts.length });
      else world.log({ type: 'plan.unsolved', entry, platform, explanation });
    }
    solved.push({ request: place, outcomes: own });
  }
  const outcomes = solved.flatMap((one) => one.outcomes);
  const ids = new Set(outcomes.flatMap(({ artifacts }) => artifacts));
  const chosen = records.filter((record) => ids.has(artifactId(record)));
  const complete = closure.complete && outcomes.every(({ status }) => status !== 'failed');
  return { group: { solved, chosen }, problems: [...closure.problems], complete };
}
