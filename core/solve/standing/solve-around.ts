import { artifactId, type EntryOutcome, type Waiting } from '../../documents/plan.ts';
import type { CandidatePool, Solver } from '../../ports/solver.ts';
import { GatehouseError } from '../../problems/error.ts';
import { type Problem, problemOf } from '../../problems/problem.ts';
import type { UpstreamRecord } from '../../upstream/accept-records.ts';
import { candidatePool } from '../candidate-pool.ts';
import type { InstallRequest } from '../requests.ts';
import { failedOutcome, solveRequest } from '../solve-request.ts';
import type { Held } from './held.ts';
import type { LookedAt, Standings } from './standings.ts';
import { waitingPackages } from './waiting-packages.ts';

interface AroundWorld {
  readonly solver: Solver;
  readonly python: readonly string[];
  /** The gate holds nothing without it. */
  readonly standings?: Standings | undefined;
}

export interface SolvedAround {
  readonly outcomes: readonly EntryOutcome[];
  /** What the solutions hold. */
  readonly chosen: readonly UpstreamRecord[];
  /** The same, as it was looked at. */
  readonly looked: readonly LookedAt<UpstreamRecord>[];
  readonly waiting: readonly Waiting[];
  readonly problems: readonly Problem[];
}

/** Each leaves out what the last one chose and may not have: real upstreams take two or three. */
export const maxRounds = 50;

/**
 * Solves a request, and again without what turns out to be held once it is looked at closely, until all that is chosen may
 * be had. Each request begins with all candidates: what another one found out must not change its solution, for the work
 * may have been cut between them.
 */
export async function solveAround(
  request: InstallRequest,
  { records, pool }: { readonly records: readonly UpstreamRecord[]; readonly pool: CandidatePool },
  { standings, ...world }: AroundWorld,
): Promise<SolvedAround> {
  const held: Held<UpstreamRecord>[] = [];
  let [left, seen] = [records, pool];
  for (let round = 0; round < maxRounds; round++) {
    const tried = new Set<string>();
    const saw = (artifacts: readonly string[]) => artifacts.forEach((id) => void tried.add(id));
    const outcomes = await solveRequest(request, { ...world, pool: seen, saw });
    const looked = await tryLook(request, among(left, tried), standings);
    if ('code' in looked) return failedAround(request, pool, looked);
    const out = looked.flatMap(({ held: firing, ...one }) => (firing === null ? [] : [{ ...one, firing }]));
    if (out.length === 0) return solvedAround(request, { outcomes, records: left, looked, held }, standings);
    held.push(...out);
    const without = new Set(out.map(({ what }) => what));
    left = left.filter((one) => !without.has(one));
    seen = candidatePool(pool.platform, left, pool.virtualPackages);
  }
  return failedAround(request, pool, endless(request));
}

async function tryLook(request: InstallRequest, chosen: readonly UpstreamRecord[], standings: Standings | undefined) {
  try {
    return (await standings?.lookAtPackages(chosen)) ?? [];
  } catch (error) {
    if (!(error instanceof GatehouseError) || !error.code.startsWith('upstream.')) throw error;
    return problemOf(error, request.id);
  }
}

/** The place of each id: there are thousands of records, and each solution asks for few. */
const placesIn = new WeakMap<readonly UpstreamRecord[], Map<string, number>>();

/** The records with one of these ids, in their own order. */
function among(records: readonly UpstreamRecord[], ids: ReadonlySet<string>): UpstreamRecord[] {
  const places = placesIn.get(records) ?? new Map(records.map((one, place) => [artifactId(one), place]));
  placesIn.set(records, places);
  const found = [...ids].flatMap((id) => places.get(id) ?? []).sort((a, b) => a - b);
  return found.flatMap((place) => records[place] ?? []);
}

interface Found extends Pick<SolvedAround, 'outcomes' | 'looked'> {
  readonly records: readonly UpstreamRecord[];
  /** What this request chose in vain. */
  readonly held: readonly Held<UpstreamRecord>[];
}

function solvedAround(
  { specs }: InstallRequest,
  { outcomes, records, looked, held }: Found,
  standings: Standings | undefined,
): SolvedAround {
  const ids = new Set(outcomes.flatMap(({ artifacts }) => artifacts));
  const chosen = among(records, ids);
  const own = Map.groupBy(held, ({ what }): string => what.record.name);
  const heldOf = (name: string) => [...(standings?.heldPackages(name) ?? []), ...(own.get(name) ?? [])];
  const waiting = outcomes.flatMap((outcome) => waitingPackages({ specs, outcome, chosen, heldOf }));
  return { outcomes, chosen, looked: looked.filter(({ id }) => ids.has(id)), waiting, problems: [] };
}

/** The problem of an entry that they did not suffice for. */
export const endless = ({ id }: Pick<InstallRequest, 'id'>): Problem => ({
  code: 'gate.endless',
  subject: id,
  detail: `after ${maxRounds} solutions the gate still holds what the last one chose`,
  hint: 'ask for an older version in the entry, or try again in a few days',
});

function failedAround({ id }: InstallRequest, { platform }: CandidatePool, problem: Problem): SolvedAround {
  const outcomes = [failedOutcome(id, platform, problem.detail)];
  return { outcomes, chosen: [], looked: [], waiting: [], problems: [problem] };
}
