import type { MatchSpec } from '../names/match-spec/parse-match-spec.ts';
import { GatehouseError } from '../problems/error.ts';
import { type Problem, problemOf } from '../problems/problem.ts';
import { dependencySpecs } from '../record/dependency-spec.ts';
import type { UpstreamRecord } from '../upstream/accept-records.ts';
import { matchesPlaced } from './candidate-pool.ts';
import { ownSpec } from './requests.ts';
import type { NamedRecords } from './upstream-view.ts';

export interface ClosureWorld {
  /** Where the closure takes a name's records from. */
  readonly named: (name: string) => Promise<NamedRecords>;
  /** The pythons that the allowlist lists. */
  readonly python: readonly string[];
}

export interface Closure {
  readonly byName: ReadonlyMap<string, readonly UpstreamRecord[]>;
  readonly problems: readonly Problem[];
  /** The names whose records could not be read, and why. */
  readonly unread: ReadonlyMap<string, Problem>;
}

/**
 * Every record that could be part of a solution of `roots`: a record belongs when at least one spec that can be reached
 * matches it, and only then are its dependencies followed. Nothing that a solver could choose is left out, since it
 * must choose packages that match *all* specs on their name.
 */
export async function collectClosure(roots: readonly MatchSpec[], { named, python }: ClosureWorld): Promise<Closure> {
  // Of each name read: the records that no spec has matched yet, and those that one has.
  const waiting = new Map<string, UpstreamRecord[]>();
  const byName = new Map<string, UpstreamRecord[]>();
  const asked = new Set<MatchSpec>();
  const problems: Problem[] = [];
  const unread = new Map<string, Problem>();
  let withPython = false;
  let wanted = [...roots];
  while (wanted.length > 0) {
    if (!withPython && wanted.some(({ name }) => name === 'python')) {
      wanted.push(...pythonSpecs(python));
      withPython = true;
    }
    const missing = [...new Set(wanted.map(({ name }) => name))].filter((name) => !waiting.has(name)).sort();
    for (const { name, ...read } of await readAll(missing, named)) {
      waiting.set(name, [...read.records]);
      byName.set(name, []);
      problems.push(...read.problems);
      if (read.failed !== null) unread.set(name, read.failed);
    }
    wanted = wanted.flatMap((spec) => {
      const left = waiting.get(spec.name) ?? [];
      const matching = left.filter((one) => matchesPlaced(spec, one));
      if (matching.length === 0) return [];
      const reached = new Set(matching);
      waiting.set(
        spec.name,
        left.filter((one) => !reached.has(one)),
      );
      byName.get(spec.name)?.push(...matching);
      return matching.flatMap(({ record }) => newlyWanted(record, asked));
    });
  }
  return { byName, problems: [...problems, ...unread.values()], unread };
}

/** What python brings: the versions listed, and `pip`, which conda and mamba add to python's dependencies. */
const pythonSpecs = (python: readonly string[]): MatchSpec[] => [
  ownSpec('pip'),
  ...python.map((version) => ownSpec(`python ${version}.*`)),
];

/** So many hide a server's latency and are still polite to it. */
const maxConcurrentNames = 16;

/** A name that upstream cannot be read for is a problem of the plan's, not its end. */
async function readAll(names: readonly string[], named: ClosureWorld['named']) {
  const read: (NamedRecords & { readonly name: string; readonly failed: Problem | null })[] = [];
  for (let at = 0; at < names.length; at += maxConcurrentNames) {
    const some = names.slice(at, at + maxConcurrentNames);
    const reading = some.map(async (name) => {
      try {
        return { name, ...(await named(name)), failed: null };
      } catch (error) {
        if (!(error instanceof GatehouseError)) throw error;
        return { name, records: [], problems: [], failed: problemOf(error, name) };
      }
    });
    read.push(...(await Promise.all(reading)));
  }
  return read;
}

/** What a record depends on that was not asked for before; virtual packages have no records. */
function newlyWanted({ depends }: UpstreamRecord['record'], asked: Set<MatchSpec>): MatchSpec[] {
  const fresh = dependencySpecs(depends).filter((spec) => !asked.has(spec));
  for (const spec of fresh) asked.add(spec);
  return fresh.filter(({ name }) => !name.startsWith('__'));
}
