import { hash } from 'node:crypto';
import { compareCodePoints } from '../../json/json.ts';
import { matchSpecMatches } from '../../names/match-spec/match-record.ts';
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

/** What a spec asks for. */
interface Asked {
  readonly matching: readonly Candidate[];
  readonly digest: string;
  /** What those that match depend on in turn; null until it is needed. */
  next: readonly Asked[] | null;
  /** The last walk that reached it. */
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
  const ask = asking(candidates);
  const nextOf = (one: Asked): readonly Asked[] => {
    one.next ??= [...new Set(one.matching.flatMap(({ record }) => dependencySpecs(record.depends)))].map(ask);
    return one.next;
  };
  let walk = 0;
  const follow = (spec: MatchSpec): Reachable => {
    walk += 1;
    const found: Asked[] = [];
    const reach = (one: Asked): void => {
      if (one.reached === walk) return;
      one.reached = walk;
      found.push(one);
    };
    reach(ask(spec));
    // Grows as it goes.
    for (const one of found) for (const next of nextOf(one)) reach(next);
    return reachableOf(found);
  };
  const followed = new Map<MatchSpec, Reachable>();
  return (specs) => {
    const all = dependencySpecs(specs).map((spec) => {
      const known = followed.get(spec) ?? follow(spec);
      followed.set(spec, known);
      return known;
    });
    return {
      digest: all.map(({ digest }) => digest).join(),
      holds: (keys) => keys.every((key) => all.some(({ holds }) => holds([key]))),
    };
  };
}

/** Asks each spec once. */
function asking(candidates: CandidatePool['candidates']): (spec: MatchSpec) => Asked {
  // In order of key, whatever order the pool has: that depends on what else is in it.
  const named = new Map<string, readonly Candidate[]>();
  const asked = new Map<MatchSpec, Asked>();
  const sorted = (name: string) => (candidates.get(name) ?? []).toSorted((a, b) => compareCodePoints(a.key, b.key));
  return (spec) => {
    const before = asked.get(spec);
    if (before !== undefined) return before;
    const here = named.get(spec.name) ?? sorted(spec.name);
    named.set(spec.name, here);
    const matching = here.filter(({ record }) => matchSpecMatches(spec, record));
    const digest = hash('sha256', matching.map(candidateDigest).join(), 'base64');
    const found = { matching, digest, next: null, reached: 0 };
    asked.set(spec, found);
    return found;
  };
}

function reachableOf(found: readonly Asked[]): Reachable {
  let keys: ReadonlySet<string> | undefined;
  return {
    digest: hash('sha256', found.map(({ digest }) => digest).join(), 'base64'),
    holds(asked) {
      keys ??= new Set(found.flatMap(({ matching }) => matching.map(({ key }) => key)));
      return asked.every((key) => keys?.has(key));
    },
  };
}
