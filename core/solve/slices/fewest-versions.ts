import { artifactId, type EntryOutcome } from '../../documents/plan.ts';
import { solverSpec } from '../../names/match-spec/solver-spec.ts';
import { compareVersions, parseVersion } from '../../names/version/version.ts';
import type { CandidatePool, Solver } from '../../ports/solver.ts';
import type { UpstreamRecord } from '../../upstream/accept-records.ts';
import { atMost } from '../at-most.ts';
import { candidatePool } from '../candidate-pool.ts';
import type { InstallRequest } from '../requests.ts';
import { besidePython, isPython } from '../solve-request.ts';
import type { SolvedAround } from '../standing/solve-around.ts';

/** A request, its place among the allowlist's, and what was found for it. */
export interface FoundRequest {
  readonly place: number;
  readonly request: InstallRequest;
  readonly around: SolvedAround;
}

interface SharedPool extends Pick<CandidatePool, 'platform' | 'virtualPackages'> {
  readonly solver: Pick<Solver, 'solve'>;
}

/** A solve from so few records takes some 10 ms. */
const maxSolves = 2000;

/**
 * Has requests share what they need, where they installed with several packages of one name: each of these is left out once, the
 * newest first, and stays out where all that had it install from what the others brought. What an entry asks for by name stays as
 * it was found. Nothing comes in that was not chosen before, so the gate knows all of it.
 *
 * @returns the requests in their order, each with what it needs now
 */
export async function fewestVersions(
  found: readonly FoundRequest[],
  { solver, ...on }: SharedPool,
): Promise<readonly FoundRequest[]> {
  const world = { ...on, solver: { solve: atMost(maxSolves, solver) } };
  let left = found;
  for (const id of variantsIn(chosenIn(found))) left = (await without(id, left, world)) ?? left;
  return left;
}

function chosenIn(found: readonly FoundRequest[]): Map<string, UpstreamRecord> {
  return new Map(found.flatMap(({ around }) => around.chosen.map((one) => [artifactId(one), one])));
}

/** What is not the only one of its name, name by name, the newest of each first. */
function variantsIn(chosen: ReadonlyMap<string, UpstreamRecord>): string[] {
  const byName = Map.groupBy(chosen, ([, { record }]): string => record.name);
  return [...byName]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, same]) => (same.length > 1 ? same.sort(newestFirst).map(([id]) => id) : []));
}

function newestFirst([idA, a]: [string, UpstreamRecord], [idB, b]: [string, UpstreamRecord]): number {
  const [versionA, versionB] = [parseVersion(a.record.version), parseVersion(b.record.version)];
  const byVersion = versionA && versionB ? compareVersions(versionB, versionA) : 0;
  return byVersion || b.record.build_number - a.record.build_number || (idA < idB ? -1 : 1);
}

/** All requests with what they need when a package is not there; null where one does not install then. */
async function without(id: string, found: readonly FoundRequest[], world: SharedPool): Promise<FoundRequest[] | null> {
  const chosen = chosenIn(found);
  if (!chosen.delete(id)) return null;
  const looked = new Map(found.flatMap(({ around }) => around.looked.map((one) => [one.id, one])));
  const now: FoundRequest[] = [];
  for (const one of found) {
    const outcomes = await resolveAll(one, id, { ...world, chosen });
    if (outcomes === null) return null;
    const ids = new Set(outcomes.flatMap(({ artifacts }) => artifacts));
    const around = {
      ...one.around,
      outcomes,
      chosen: [...chosen].flatMap(([other, record]) => (ids.has(other) ? [record] : [])),
      looked: [...looked.values()].filter((each) => ids.has(each.id)),
    };
    now.push({ ...one, around });
  }
  return now;
}

interface WithoutWorld extends SharedPool {
  readonly chosen: ReadonlyMap<string, UpstreamRecord>;
}

async function resolveAll({ request, around }: FoundRequest, id: string, world: WithoutWorld) {
  const outcomes: EntryOutcome[] = [];
  for (const outcome of around.outcomes) {
    const now = outcome.artifacts.includes(id) ? await resolveOne(request, outcome, world) : outcome;
    if (now === null) return null;
    outcomes.push(now);
  }
  return outcomes;
}

/** A request's outcome from what is left, with the same packages of the names that it asks for; null where there is none. */
async function resolveOne(
  { specs }: InstallRequest,
  outcome: EntryOutcome,
  { platform, virtualPackages, solver, chosen }: WithoutWorld,
): Promise<EntryOutcome | null> {
  const asked = new Set<string>(specs.map(({ name }) => name));
  const before = new Set(outcome.artifacts);
  const left = [...chosen].filter(([id, { record }]) => !asked.has(record.name) || before.has(id));
  const pool = candidatePool(
    platform,
    left.map(([, record]) => record),
    virtualPackages,
  );
  const python = outcome.artifacts.some(isPython) ? besidePython(outcome.python) : [];
  const solution = await solver.solve(pool, [...specs.map(solverSpec), ...python]);
  return solution.status === 'solved' ? { ...outcome, artifacts: [...solution.keys] } : null;
}
