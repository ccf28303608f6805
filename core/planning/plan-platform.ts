import { GatehouseError } from '../error.ts';
import type { Log } from '../event.ts';
import { artifactId, type EntryOutcome } from '../plan.ts';
import type { CandidatePool, Solver } from '../ports/solver.ts';
import type { Problem } from '../problem.ts';
import type { Subdir } from '../subdir.ts';
import { candidatePool } from './candidate-pool.ts';
import { collectCandidates } from './collect-candidates.ts';
import { entryOutcome } from './entry-outcome.ts';
import { hiddenConflicts } from './hidden-conflicts.ts';
import type { InstallRequest } from './install-request.ts';
import type { SolvedGroup } from './merge-artifacts.ts';
import { narrow, narrowKey } from './narrow.ts';
import type { OpenSubdir } from './remember-upstream.ts';
import { solveRequest } from './solve-request.ts';
import { openView, type UpstreamView } from './upstream-view.ts';

export interface PlatformWorld {
  readonly channels: readonly string[];
  readonly python: readonly string[];
  readonly virtualPackages: Readonly<Record<string, string>>;
  readonly openSubdir: OpenSubdir;
  readonly solver: Solver;
  readonly log: Log;
}

export interface PlatformPlan {
  readonly groups: readonly SolvedGroup[];
  readonly problems: readonly Problem[];
  readonly complete: boolean;
}

/** Solves every request on one platform against upstream. A channel that cannot be read fails them all, not the run. */
export async function planPlatform(
  platform: Subdir,
  requests: readonly InstallRequest[],
  world: PlatformWorld,
): Promise<PlatformPlan> {
  try {
    const view = await openView(world.channels, platform, world.openSubdir);
    const plans: PlatformPlan[] = [];
    for (const group of byPool(requests)) plans.push(await planGroup(group, view, world));
    const groups = plans.flatMap((one) => one.groups);
    const conflicts = await hiddenConflicts(
      groups.flatMap(({ chosen }) => chosen),
      view,
    );
    return {
      groups,
      problems: [...plans.flatMap(({ problems }) => problems), ...conflicts.problems],
      complete: conflicts.complete && plans.every(({ complete }) => complete),
    };
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error;
    return unreadable(platform, requests, error);
  }
}

/** Requests that may choose from the same records share one pool. */
function byPool(requests: readonly InstallRequest[]): InstallRequest[][] {
  const pool = ({ channels, specs }: InstallRequest) => JSON.stringify([[...channels], narrowKey(specs)]);
  return [...Map.groupBy(requests, pool).values()];
}

async function planGroup(
  requests: readonly InstallRequest[],
  view: UpstreamView,
  world: PlatformWorld,
): Promise<PlatformPlan> {
  const only = requests[0]?.channels;
  const roots = requests.flatMap(({ specs }) => specs);
  const named = async (name: string) => {
    const { records, problems } = await view.named(name, only?.get(name));
    return { records: narrow(records, roots), problems };
  };
  const found = await collectCandidates(roots, { named, python: world.python });
  const records = [...found.byName.values()].flat();
  const pool = candidatePool(view.platform, records, world.virtualPackages);
  const outcomes: EntryOutcome[] = [];
  for (const request of requests) outcomes.push(...(await outcomesOf(request, pool, world)));
  const ids = new Set(outcomes.flatMap(({ artifacts }) => artifacts));
  return {
    groups: [{ outcomes, chosen: records.filter((record) => ids.has(artifactId(record))) }],
    problems: found.problems,
    complete: found.complete && outcomes.every(({ status }) => status !== 'failed'),
  };
}

async function outcomesOf(
  request: InstallRequest,
  pool: CandidatePool,
  { solver, python, log }: PlatformWorld,
): Promise<EntryOutcome[]> {
  const attempts = await solveRequest(request, { pool, solver, python });
  const outcomes = attempts.map((attempt) => entryOutcome(request.id, pool.platform, attempt));
  for (const { entry, platform, artifacts, explanation } of outcomes) {
    if (explanation === null) log({ type: 'plan.solved', entry, platform, packages: artifacts.length });
    else log({ type: 'plan.unsolved', entry, platform, explanation });
  }
  return outcomes;
}

function unreadable(platform: Subdir, requests: readonly InstallRequest[], error: GatehouseError): PlatformPlan {
  const outcomes = requests.map(({ id }) =>
    entryOutcome(id, platform, { python: null, solution: { status: 'failed', explanation: error.message } }),
  );
  const problems = [{ code: error.code, subject: platform, detail: error.message }];
  return { groups: [{ outcomes, chosen: [] }], problems, complete: false };
}
