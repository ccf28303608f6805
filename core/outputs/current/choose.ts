import { z } from 'zod';
import { parseJson } from '../../json/json.ts';
import { matchSpecMatches } from '../../names/match-spec/match-record.ts';
import { parseMatchSpec } from '../../names/match-spec/parse-match-spec.ts';
import { compareVersionTexts, matcherWithin, newestOf } from '../../names/version/version-texts.ts';
import { type Known, type NewestCandidate, withoutOtherFormat } from './candidates.ts';

export interface Names {
  /** Name -> at least those of its packages that may be the newest. */
  readonly candidates: ReadonlyMap<string, readonly NewestCandidate[]>;
  /** All packages of some names. */
  packagesOf(names: ReadonlySet<string>): Promise<ReadonlyMap<string, readonly Known[]>>;
}

/**
 * The file names of `current_repodata.json`, chosen as conda-index does: of each name the newest version; for every
 * dependency of those that none of them fulfils, the newest version that does; and beside a package with features the
 * best without. A dependency that nothing here fulfils is another subdir's.
 */
export async function chooseCurrent({ candidates, packagesOf }: Names): Promise<Set<string>> {
  const newest: NewestOfNames = new Map();
  for (const [name, some] of candidates) newest.set(name, newestPackages(withoutOtherFormat(some)));
  const unmet = unmetNeeds(candidates, newest);
  const featured = [...newest].filter(([, packages]) => packages.some((one) => one.featured)).map(([name]) => name);
  const known = await packagesOf(new Set([...unmet.keys(), ...featured]));
  const chosen = new Set<string>();
  for (const packages of newest.values()) for (const { filename } of packages) chosen.add(filename);
  for (const [name, all] of known) {
    const seen = withoutOtherFormat(all);
    const needs = [...(unmet.get(name)?.values() ?? [])];
    const older = needs.flatMap((need) => newestMeeting(need, seen));
    const plain = bestWithoutFeatures([...(newest.get(name) ?? []), ...older], seen);
    for (const { filename } of [...older, ...plain]) chosen.add(filename);
  }
  return chosen;
}

type NewestOfNames = Map<string, readonly NewestCandidate[]>;

function newestPackages(seen: readonly NewestCandidate[]): readonly NewestCandidate[] {
  if (seen.every(({ version }) => version === seen[0]?.version)) return seen;
  const isNewest = matcherWithin(newestOf(seen.map(({ version }) => version)));
  return seen.filter(({ version }) => isNewest(version));
}

/** The needs of the newest packages that no newest meets, by name and text. One step only: what is added may need more. */
function unmetNeeds(candidates: Names['candidates'], newest: NewestOfNames): Map<string, Map<string, Need>> {
  const read = needReader();
  const unmet = new Map<string, Map<string, Need>>();
  for (const written of writtenNeeds(candidates, newest)) {
    const need = read(written);
    const packages = need && newest.get(need.name);
    if (!packages || packages.some((one) => need.isMetBy(one))) continue;
    unmet.set(need.name, (unmet.get(need.name) ?? new Map()).set(written, need));
  }
  return unmet;
}

/** The needs as written; those of a `.tar.bz2` that is hidden behind its `.conda` count too, as in conda-index. */
function* writtenNeeds(candidates: Names['candidates'], newest: NewestOfNames): Generator<string> {
  for (const [name, packages] of newest) {
    for (const { version, depends } of candidates.get(name) ?? []) {
      if (packages.some((one) => one.version === version)) yield* depends.split('\t');
    }
  }
}

function newestMeeting(need: Need, known: readonly Known[]): readonly Known[] {
  const matching = known.filter((one) => need.isMetBy(one)).map(({ version }) => version);
  if (matching.length === 0) return [];
  const isWithin = matcherWithin(newestOf(matching));
  return known.filter(({ version }) => isWithin(version));
}

/** The best without features, no newer than the newest chosen; none when none of those chosen has any. */
function bestWithoutFeatures(
  chosen: readonly Pick<Known, 'version' | 'featured'>[],
  known: readonly Known[],
): readonly Known[] {
  if (!chosen.some(({ featured }) => featured)) return [];
  const latest = newestOf(chosen.map(({ version }) => version));
  const plain = known.filter(({ version, featured }) => !featured && compareVersionTexts(version, latest) <= 0);
  // conda's order within one channel: version, build number, timestamp, build string.
  const order = (a: Known, b: Known) =>
    compareVersionTexts(b.version, a.version) || b.buildNumber - a.buildNumber || b.timestamp - a.timestamp;
  return plain.sort((a, b) => order(a, b) || (a.build < b.build ? 1 : -1)).slice(0, 1);
}

/** A dependency on any build of a channel's own. */
export interface Need {
  readonly name: string;
  isMetBy(one: Pick<Known, 'version' | 'build' | 'buildNumber'>): boolean;
}

const plainName = /^[a-z0-9_][a-z0-9_.-]{0,63}$/;
/** The rest of a dependency that says nothing of the name, and so has the same meaning behind any. */
const plainRest = /^[^:[\\]{0,200}$/;

/**
 * Reads dependencies as `candidatesSummary` has them; null for what is none. A channel's dependencies are on many names
 * and say few things of them (`>=1.2,<2.0a0`), so that each of those is read once, and held once against each version.
 */
export function needReader(): (written: string) => Need | null {
  const known = new Map<string, Need | null>();
  const read = (rest: string): Need | null => {
    const need = readNeed(`x ${rest}`);
    known.set(rest, need);
    return need;
  };
  return (written) => {
    const space = written.indexOf(' ');
    const name = space === -1 ? written : written.slice(0, space);
    const rest = written.slice(name.length + 1);
    const before = known.get(rest);
    if (!plainName.test(name) || (before === undefined && !plainRest.test(rest)))
      // The text whose JSON, without its quotes, was written.
      return readNeed(parseJson(`"${written}"`, z.string(), 'a dependency'));
    const need = before === undefined ? read(rest) : before;
    return need && { name, isMetBy: need.isMetBy };
  };
}

function readNeed(text: string): Need | null {
  const parsed = parseMatchSpec(text);
  if (!parsed.ok || parsed.spec.channel !== null) return null;
  const { spec } = parsed;
  const constrainsBuilds = spec.build !== null || spec.buildNumber !== null;
  const known = new Map<string, boolean>();
  return {
    name: spec.name,
    isMetBy(one) {
      const key = constrainsBuilds ? `${one.version}-${one.build}-${one.buildNumber}` : one.version;
      const before = known.get(key);
      const met = before ?? matchSpecMatches(spec, { ...one, name: spec.name, build_number: one.buildNumber });
      if (before === undefined) known.set(key, met);
      return met;
    },
  };
}
