import { GatehouseError } from '../error.ts';
import { matchSpecMatches } from '../match-spec/match-record.ts';
import type { MatchSpec } from '../match-spec/parse-match-spec.ts';
import type { Problem } from '../problem.ts';
import type { UpstreamRecord } from '../upstream/accept-records.ts';
import { dependencySpec } from './dependency-spec.ts';
import { pythonSpecs } from './install-request.ts';
import type { NamedRecords } from './upstream-view.ts';

/** Where the closure takes a name's records from. */
export type Named = (name: string) => Promise<NamedRecords>;

export interface Candidates {
  readonly byName: ReadonlyMap<string, readonly UpstreamRecord[]>;
  readonly problems: readonly Problem[];
  /** False when some name's records could not be read. */
  readonly complete: boolean;
}

interface Wanted {
  readonly name: string;
  readonly spec: MatchSpec;
}

/** Names loaded side by side: enough to hide a server's latency, few enough to be polite. */
const abreast = 16;

/**
 * Every record that could be part of a solution of `roots`: a record belongs when at least one spec that can be reached
 * matches it, and only then are its dependencies followed. Nothing that a solver could choose is left out, since it
 * must choose packages that match *all* specs on their name.
 */
export async function collectCandidates(
  roots: readonly MatchSpec[],
  { named, python }: { named: Named; python: readonly string[] },
): Promise<Candidates> {
  const closure = startClosure();
  let wanted = roots.map(wantedBy);
  let withPython = false;
  while (wanted.length > 0) {
    if (!withPython && wanted.some(({ name }) => name === 'python')) {
      wanted.push(...pythonSpecs(python).map(wantedBy));
      withPython = true;
    }
    await closure.load(new Set(wanted.map(({ name }) => name)), named);
    wanted = wanted.flatMap(closure.admit);
  }
  return closure.finish();
}

const wantedBy = (spec: MatchSpec): Wanted => ({ name: spec.name, spec });

interface Closure {
  load(names: ReadonlySet<string>, named: Named): Promise<void>;
  /** Takes in what the spec matches; answers with the new specs that brings. */
  admit(wanted: Wanted): Wanted[];
  finish(): Candidates;
}

function startClosure(): Closure {
  const waiting = new Map<string, UpstreamRecord[]>();
  const byName = new Map<string, UpstreamRecord[]>();
  const asked = new Set<string>();
  const problems: Problem[] = [];
  let complete = true;
  const failed = (name: string, reason: unknown): NamedRecords => {
    if (!(reason instanceof GatehouseError)) throw reason;
    complete = false;
    problems.push({
      code: reason.code,
      subject: name,
      detail: reason.message,
    });
    return { records: [], problems: [] };
  };
  return {
    async load(names, named) {
      const missing = [...names].filter((name) => !waiting.has(name)).sort();
      for (let at = 0; at < missing.length; at += abreast) {
        const slice = missing.slice(at, at + abreast);
        const found = await Promise.all(slice.map((name) => named(name).catch((reason) => failed(name, reason))));
        for (const [i, name] of slice.entries()) {
          waiting.set(name, [...(found[i]?.records ?? [])]);
          byName.set(name, []);
          problems.push(...(found[i]?.problems ?? []));
        }
      }
    },
    admit({ name, spec }) {
      const matching = takeMatching(waiting.get(name) ?? [], spec);
      byName.get(name)?.push(...matching);
      return matching.flatMap(({ record }) => record.depends.flatMap((text) => newlyWanted(text, asked)));
    },
    finish: () => ({ byName, problems, complete }),
  };
}

/** Removes the records that match from the list and returns them. */
function takeMatching(records: UpstreamRecord[], spec: MatchSpec): UpstreamRecord[] {
  const matching: UpstreamRecord[] = [];
  const rest: UpstreamRecord[] = [];
  for (const candidate of records) (matchSpecMatches(spec, candidate.record) ? matching : rest).push(candidate);
  records.splice(0, records.length, ...rest);
  return matching;
}

function newlyWanted(text: string, asked: Set<string>): Wanted[] {
  if (asked.has(text)) return [];
  asked.add(text);
  const spec = dependencySpec(text);
  return spec === null || spec.name.startsWith('__') ? [] : [{ name: spec.name, spec }];
}
