import { createHash } from 'node:crypto';
import { compareCodePoints } from '../../json/json.ts';
import { sha256Of } from '../../names/digest.ts';
import { matchSpecMatches } from '../../names/match-spec/match-record.ts';
import type { Candidate, CandidatePool } from '../../ports/solver.ts';
import { dependencySpec } from '../../record/dependency-spec.ts';
import { candidateDigest } from '../candidate-pool.ts';

/** What of a pool a solution of some specs could hold. */
export interface Reachable {
  /** Names it: of equal ones the same specs ask for the same candidates, each with the same record. */
  readonly digest: string;
  /** Whether all of these keys are of it. */
  holds(keys: readonly string[]): boolean;
}

/** What a spec's text asks for. */
interface Asked {
  readonly matching: readonly Candidate[];
  readonly digest: string;
  /** What those that match depend on in turn; null until it is needed. */
  next: readonly Asked[] | null;
  /** The last question that reached it. */
  reached: number;
}

/**
 * Tells what specs can reach in a pool: the candidates that one of them matches, those that a dependency of such a candidate
 * matches, and so on, as `collectClosure` collects them. What else is in the pool, for others, is nothing that a solver could
 * choose. Each text is matched once for all questions: what is left of one is a walk over texts.
 */
export function openReachable({
  candidates,
}: Pick<CandidatePool, 'candidates'>): (specs: readonly string[]) => Reachable {
  // In order of key, whatever order the pool has: that depends on what else is in it.
  const named = new Map<string, readonly Candidate[]>();
  const asked = new Map<string, Asked>();
  const ask = (text: string): Asked => {
    const name = dependencySpec(text)?.name ?? '';
    const here = named.get(name) ?? (candidates.get(name) ?? []).toSorted((a, b) => compareCodePoints(a.key, b.key));
    named.set(name, here);
    const found = asked.get(text) ?? askedOf(here, text);
    asked.set(text, found);
    return found;
  };
  const nextOf = (one: Asked): readonly Asked[] => {
    one.next ??= [...new Set(one.matching.flatMap(({ record }) => record.depends))].map(ask);
    return one.next;
  };
  let question = 0;
  return (specs) => {
    question += 1;
    const found: Asked[] = [];
    const reach = (one: Asked): void => {
      if (one.reached === question) return;
      one.reached = question;
      found.push(one);
    };
    for (const spec of specs) reach(ask(spec));
    // Grows as it goes.
    for (const one of found) for (const next of nextOf(one)) reach(next);
    return reachableOf(found);
  };
}

function askedOf(named: readonly Candidate[], text: string): Asked {
  const spec = dependencySpec(text);
  const matching = spec === null ? [] : named.filter(({ record }) => matchSpecMatches(spec, record));
  const digest = createHash('sha256')
    .update(`${text}\n${matching.map(candidateDigest).join()}`)
    .digest('base64');
  return { matching, digest, next: null, reached: 0 };
}

function reachableOf(found: readonly Asked[]): Reachable {
  return {
    digest: sha256Of(found.map(({ digest }) => digest).join()),
    holds(keys) {
      const wanted = new Set(keys);
      for (const { matching } of found) for (const { key } of matching) wanted.delete(key);
      return wanted.size === 0;
    },
  };
}
