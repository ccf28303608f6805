import type { MatchSpec } from '../../names/match-spec/parse-match-spec.ts';
import { solverSpec } from '../../names/match-spec/solver-spec.ts';
import { dependencySpec } from '../../record/dependency-spec.ts';
import { matchesPlaced, type PlacedRecord } from '../candidate-pool.ts';

/** An entry, and what it installs. */
export interface Installed {
  readonly id: string;
  readonly specs: readonly MatchSpec[];
  readonly records: readonly PlacedRecord[];
}

/**
 * Why entries do not go together, as far as two of them show it: a name of which they need what no one package is, the entries'
 * own names before others. It is said of the solutions that they have; what else was tried fails in other ways.
 *
 * @param seen all that there is to choose from
 */
export function whyApart(group: readonly Installed[], seen: readonly PlacedRecord[]): string {
  const unmet = unmetName(group, seen);
  if (unmet !== null) return `one environment holds one version of ${unmet}`;
  const own = group.flatMap(({ specs }) => specs.map(({ name }): string => name));
  const all = group.flatMap(({ records }) => records.map(({ record }): string => record.name));
  for (const name of new Set([...own, ...all.sort()])) {
    const pair = contradiction(group, name, seen);
    if (pair !== null) return pair.map(needText).join(', ');
  }
  return 'of what was chosen for them, nothing fits all';
}

/** A name of which entries themselves ask for what no one package is; null where there is none. */
export function unmetName(group: readonly Pick<Installed, 'specs'>[], seen: readonly PlacedRecord[]): string | null {
  const specs = group.flatMap((one) => one.specs);
  const byName = Map.groupBy(specs, ({ name }): string => name);
  for (const [name, asked] of byName) if (asked.length > 1 && !isMet(asked, seen)) return name;
  return null;
}

/** Whether one package is all that these specs of one name ask for. */
const isMet = (specs: readonly MatchSpec[], seen: readonly PlacedRecord[]): boolean =>
  seen.some((one) => specs.every((spec) => spec.name === one.record.name && matchesPlaced(spec, one)));

interface Need {
  readonly entry: string;
  /** The package of its solution that needs it; null for the entry itself. */
  readonly by: string | null;
  readonly spec: MatchSpec;
  /** Whether it says only which one, should there be one (`constrains`). */
  readonly isBound: boolean;
}

/** A need of one entry and a need of another that no package of the name meets both. */
function contradiction(group: readonly Installed[], name: string, seen: readonly PlacedRecord[]): Need[] | null {
  const ofName = seen.filter(({ record }) => record.name === name);
  const needs = group.map((one) => needsOf(one, name));
  for (const [at, ofOne] of needs.entries()) {
    const ofOthers = needs.slice(at + 1).flat();
    for (const one of ofOne) {
      const other = ofOthers.find((need) => !(one.isBound && need.isBound) && !isMet([one.spec, need.spec], ofName));
      if (other !== undefined) return [one, other];
    }
  }
  return null;
}

function needsOf({ id: entry, specs, records }: Installed, name: string): Need[] {
  const own = specs.map((spec): Need => ({ entry, by: null, spec, isBound: false }));
  const read = (texts: readonly string[], by: string, isBound: boolean): Need[] =>
    texts.flatMap((text) => {
      const spec = dependencySpec(text);
      return spec === null ? [] : [{ entry, by, spec, isBound }];
    });
  const theirs = records.flatMap(({ record }) => [
    ...read(record.depends, record.name, false),
    ...read(record.constrains ?? [], record.name, true),
  ]);
  return [...own, ...theirs].filter(({ spec }) => spec.name === name);
}

/** `spyder ==5.0.4 needs jedi ==0.17.2`, and which of its packages does. */
function needText({ entry, by, spec, isBound }: Need): string {
  const isItself = by === null || entry.split(/[ =]/, 1)[0] === by;
  return `${entry} ${isBound ? 'goes only with' : 'needs'} ${solverSpec(spec)}${isItself ? '' : ` (for its ${by})`}`;
}
