import type { Allowlist } from '../../documents/allowlist/parse-allowlist.ts';
import type { PartialPlan, SolvedGroup } from '../../documents/partial-plan.ts';
import type { EntryOutcome } from '../../documents/plan.ts';
import type { Subdir } from '../../names/subdir.ts';
import type { Log } from '../../ports/log.ts';
import type { CandidatePool, Solver } from '../../ports/solver.ts';
import type { Problem } from '../../problems/problem.ts';
import { mapInOrder } from '../../store/map-in-order.ts';
import type { UpstreamRecord } from '../../upstream/accept-records.ts';
import { candidatePool, narrow } from '../candidate-pool.ts';
import { collectClosure } from '../closure.ts';
import { specsNotFound } from '../not-found.ts';
import type { InstallRequest } from '../requests.ts';
import { failedOutcome } from '../solve-request.ts';
import { gateWarnings } from '../standing/gate-warnings.ts';
import { type SolvedAround, solveAround } from '../standing/solve-around.ts';
import type { Standings } from '../standing/standings.ts';
import { unpublished } from '../unpublished.ts';
import type { UpstreamView } from '../upstream-view.ts';
import { type FoundRequest, fewestVersions } from './fewest-versions.ts';

/** A request and its place among the allowlist's. */
export type Placed = readonly [place: number, request: InstallRequest];

export interface GroupWorld extends Pick<CandidatePool, 'virtualPackages'> {
  readonly solver: Solver;
  readonly log: Log;
  /** The pythons that the allowlist lists. */
  readonly python: readonly string[];
  /** Whether requests are to share what they need, though it be older. */
  readonly versions: Allowlist['versions'];
  /** Whether packages of a name come from the store alone. */
  readonly isOwn: (name: string) => boolean;
  /** The gate holds nothing without it. */
  readonly standings?: Standings | undefined;
}

export interface GroupPart extends Pick<PartialPlan, 'problems' | 'warnings' | 'waiting' | 'complete'> {
  readonly group: SolvedGroup;
}

/** So many keep two solver threads busy while one request waits for a server, or behind one that takes long. */
const maxRequestsAtOnce = 4;

/**
 * Solves requests that may choose from the same records, from one pool, some side by side, and tells of them in order. Emits `plan.solved`
 * and `plan.unsolved`.
 */
export async function solveGroup(
  placed: readonly Placed[],
  view: Pick<UpstreamView, 'platform' | 'named'>,
  world: GroupWorld,
): Promise<GroupPart> {
  const only = placed[0]?.[1].channels;
  const roots = placed.flatMap(([, { specs }]) => specs);
  const named = async (name: string) => {
    const { records, problems } = await view.named(name, only?.get(name));
    return { records: narrow(records, roots), problems };
  };
  const closure = await collectClosure(roots, { named, python: world.python });
  const records = [...closure.byName.values()].flat();
  const pool = candidatePool(view.platform, records, world.virtualPackages);
  const solved: FoundRequest[] = [];
  const problems = [...closure.problems];
  const solving = mapInOrder(placed, maxRequestsAtOnce, async ([place, request]) => {
    const around = await solveAround(request, { records, pool }, world);
    return { place, request, around };
  });
  for await (const { place, request, around } of solving) {
    const outcomes = around.outcomes.map((outcome) => untriedWithout(closure.unread, outcome));
    tell(outcomes, world.log);
    solved.push({ place, request, around: { ...around, outcomes } });
    problems.push(...around.problems, ...unpublished(request, outcomes, { ...closure, isOwn: world.isOwn }));
  }
  const sharing = { ...world, platform: view.platform };
  const sharedOut = world.versions === 'fewest' ? await fewestVersions(solved, sharing) : solved;
  const found = sharedOut.map(({ around }) => around);
  const warnings = gateWarnings(found.flatMap(({ looked }) => looked));
  const waiting = found.flatMap((around) => around.waiting);
  const complete =
    closure.unread.size === 0 && found.every(({ outcomes }) => outcomes.every(({ status }) => status !== 'failed'));
  const outcomes = sharedOut.map(({ place, around }) => ({ request: place, outcomes: [...around.outcomes] }));
  return { group: { solved: outcomes, chosen: chosenOf(records, found) }, problems, warnings, waiting, complete };
}

/** That nothing was found of a name that could not be read says nothing about the entry. */
function untriedWithout(unread: ReadonlyMap<string, Problem>, outcome: EntryOutcome): EntryOutcome {
  if (outcome.status !== 'unsolvable') return outcome;
  const [cause] = specsNotFound(outcome.explanation ?? '').flatMap(({ name }) => unread.get(name) ?? []);
  return cause === undefined ? outcome : { ...outcome, status: 'failed', explanation: cause.detail };
}

/** Those of the pool that some solution holds, with since when each is public, for whoever fetches it. */
function chosenOf(records: readonly UpstreamRecord[], found: readonly SolvedAround[]): UpstreamRecord[] {
  const chosen = new Set(found.flatMap((around) => around.chosen));
  const dates = new Map(found.flatMap(({ looked }) => looked.map(({ what, published }) => [what, published])));
  return records.flatMap((one) => {
    const published = dates.get(one) ?? null;
    return chosen.has(one) ? [published === null ? one : { ...one, published }] : [];
  });
}

interface Unsolved {
  readonly platform: Subdir;
  /** `failed`: it says nothing about the entry. */
  readonly status: 'unsolvable' | 'failed';
  readonly log: Log;
}

/** What comes of a request that no solver is asked for, since something is wrong before. Emits `plan.unsolved` unless it says nothing of the entry. */
export function unsolvedPart(
  [place, { id }]: Placed,
  problem: Problem,
  { platform, status, log }: Unsolved,
): GroupPart {
  const outcome = { ...failedOutcome(id, platform, problem.detail), status };
  if (status !== 'failed') tell([outcome], log);
  const group = { solved: [{ request: place, outcomes: [outcome] }], chosen: [] };
  return { group, problems: [problem], warnings: [], waiting: [], complete: status !== 'failed' };
}

function tell(outcomes: readonly EntryOutcome[], log: Log): void {
  for (const { entry, platform, artifacts, explanation } of outcomes) {
    if (explanation === null) log({ type: 'plan.solved', entry, platform, packages: artifacts.length });
    else log({ type: 'plan.unsolved', entry, platform, explanation });
  }
}
