import { hash } from 'node:crypto';
import { compareCodePoints } from '../../json/json.ts';
import { matchingIn } from '../../names/match-spec/match-record.ts';
import type { MatchSpec } from '../../names/match-spec/parse-match-spec.ts';
import type { Candidate, CandidatePool } from '../../ports/solver.ts';
import { dependencySpecs } from '../../record/dependency-spec.ts';
import { candidateDigest } from '../candidate-pool.ts';

/** What of a pool a solution of some specs could hold. */
export interface Reachable {
  /** Names it: of equal ones the same specs ask for the same candidates, each with the same record. */
  readonly digest: string;
  /** Whether all of these keys are of it. */
  holds(keys: readonly string[]): boolean;
}

/** A candidate on the way. */
interface Place {
  readonly candidate: Candidate;
  /** What it depends on; null until it is first reached. */
  next: readonly Asked[] | null;
  /** The last walk that reached it. */
  reached: number;
}

/** What a spec asks for. */
interface Asked {
  readonly matching: readonly Place[];
  reached: number;
}

/**
 * Tells what specs can reach in a pool: the candidates that one of them matches, those that a dependency of such a candidate
 * matches, and so on, as `collectClosure` collects them. What else is in the pool, for others, is nothing that a solver could
 * choose. Each spec is matched once for all questions, and followed once where it is asked for: many ask for `pip` too.
 */
export function openReachable({
  candidates,
}: Pick<CandidatePool, 'candidates'>): (specs: readonly string[]) => Reachable {
  const byName = placesByName(candidates);
  // In order of key, whatever order the pool has: that depends on what else is in it.
  const inOrder = [...byName.values()].flat().sort((a, b) => compareCodePoints(a.candidate.key, b.candidate.key));
  const ask = asking(byName);
  let walk = 0;
  const follow = (spec: MatchSpec): Reachable => {
    walk += 1;
    reach(ask(spec), walk, ask);
    return reachableOf(inOrder.filter(({ reached }) => reached === walk).map(({ candidate }) => candidate));
  };
  const followed = new Map<MatchSpec, Reachable>();
  return (specs) => {
    const all = dependencySpecs(specs).map((spec) => {
      const known = followed.get(spec) ?? follow(spec);
      followed.set(spec, known);
      return known;
    });
    return {
      digest: hash('sha256', all.map(({ digest }) => digest).join(), 'base64'),
      holds: (keys) => keys.every((key) => all.some(({ holds }) => holds([key]))),
    };
  };
}

const placesByName = (candidates: CandidatePool['candidates']): ReadonlyMap<string, readonly Place[]> =>
  new Map(
    [...candidates].map(([name, all]) => [name, all.map((candidate) => ({ candidate, next: null, reached: 0 }))]),
  );

/** Asks each spec once. */
function asking(byName: ReadonlyMap<string, readonly Place[]>): (spec: MatchSpec) => Asked {
  const known = new Map<MatchSpec, Asked>();
  const matching = new Map<string, (spec: MatchSpec) => readonly Place[]>();
  const matchingOf = (name: string) => {
    const found = matching.get(name) ?? matchingIn(byName.get(name) ?? [], ({ candidate }) => candidate.record);
    matching.set(name, found);
    return found;
  };
  return (spec) => {
    const before = known.get(spec);
    if (before !== undefined) return before;
    const asked = { matching: matchingOf(spec.name)(spec), reached: 0 };
    known.set(spec, asked);
    return asked;
  };
}

/** Marks all that can be reached with the number of the walk. */
function reach(from: Asked, walk: number, ask: (spec: MatchSpec) => Asked): void {
  const waiting = [from];
  const reachPlace = (place: Place) => {
    place.reached = walk;
    place.next ??= dependencySpecs(place.candidate.record.depends).map(ask);
    for (const next of place.next) if (next.reached !== walk) waiting.push(next);
  };
  for (let asked = waiting.pop(); asked !== undefined; asked = waiting.pop()) {
    asked.reached = walk;
    for (const place of asked.matching) if (place.reached !== walk) reachPlace(place);
  }
}

function reachableOf(all: readonly Candidate[]): Reachable {
  let keys: ReadonlySet<string> | undefined;
  return {
    digest: hash('sha256', all.map(candidateDigest).join(), 'base64'),
    holds(asked) {
      keys ??= new Set(all.map(({ key }) => key));
      return asked.every((key) => keys?.has(key));
    },
  };
}
