import { compareVersionTexts, matcherWithin, newestOf } from '../version-texts.ts';
import type { Candidate } from './candidates.ts';
import { type Known, withoutTwins } from './known.ts';
import { type Need, needReader } from './need.ts';

export interface Names {
  /** Name -> at least those of its packages that may be the newest. */
  readonly candidates: ReadonlyMap<string, readonly Candidate[]>;
  /** All packages of some names. */
  packagesOf(names: ReadonlySet<string>): Promise<ReadonlyMap<string, readonly Known[]>>;
}

/**
 * The file names of `current_repodata.json`, chosen as conda-index does: of each name the newest version; for every
 * dependency of those that none of them fulfils, the newest version that does; and beside a package with features the
 * best without. A dependency that nothing here fulfils is another subdir's.
 */
export async function chooseCurrent({ candidates, packagesOf }: Names): Promise<Set<string>> {
  const newest = new Map([...candidates].map(([name, some]) => [name, newestPackages(withoutTwins(some))]));
  const unmet = unmetNeeds(candidates, newest);
  const featured = [...newest].filter(([, packages]) => packages.some((one) => one.featured)).map(([name]) => name);
  const known = await packagesOf(new Set([...unmet.keys(), ...featured]));
  const chosen = new Set([...newest.values()].flatMap((packages) => packages.map(({ filename }) => filename)));
  for (const [name, all] of known) {
    const seen = withoutTwins(all);
    const older = (unmet.get(name) ?? []).flatMap((need) => newestMeeting(need, seen));
    const packages = [...(newest.get(name) ?? []), ...older];
    const plain = bestWithoutFeatures(packages, seen);
    for (const { filename } of plain === null ? older : [...older, plain]) chosen.add(filename);
  }
  return chosen;
}

function newestPackages(seen: readonly Candidate[]): readonly Candidate[] {
  const versions = new Set(seen.map(({ version }) => version));
  if (versions.size === 1) return seen;
  const isNewest = matcherWithin(newestOf(versions));
  return seen.filter(({ version }) => isNewest(version));
}

/** By name, what the newest need and no newest is. One step only: what is added for that may need more. */
function unmetNeeds(
  candidates: Names['candidates'],
  newest: ReadonlyMap<string, readonly Candidate[]>,
): Map<string, Need[]> {
  const read = needReader();
  const unmet = new Map<string, Need[]>();
  for (const written of writtenNeeds(candidates, newest)) {
    const need = read(written);
    const packages = need && newest.get(need.name);
    if (!packages || packages.some((one) => need.isMetBy(one))) continue;
    unmet.set(need.name, [...(unmet.get(need.name) ?? []), need]);
  }
  return unmet;
}

/** Of a `.tar.bz2` too that is hidden behind its `.conda`, as conda-index has it. */
function writtenNeeds(candidates: Names['candidates'], newest: ReadonlyMap<string, readonly Candidate[]>): Set<string> {
  const needs = new Set<string>();
  for (const [name, packages] of newest) {
    const versions = new Set(packages.map(({ version }) => version));
    const chosen = (candidates.get(name) ?? []).filter(({ version }) => versions.has(version));
    for (const { depends } of chosen) for (const need of depends.split('\t')) needs.add(need);
  }
  return needs;
}

function newestMeeting(need: Need, known: readonly Known[]): readonly Known[] {
  const matching = known.filter((one) => need.isMetBy(one)).map(({ version }) => version);
  if (matching.length === 0) return [];
  const isWithin = matcherWithin(newestOf(matching));
  return known.filter(({ version }) => isWithin(version));
}

/** The best without features, no newer than the newest chosen; null when none of those chosen has any. */
function bestWithoutFeatures(
  chosen: readonly Pick<Known, 'version' | 'featured'>[],
  known: readonly Known[],
): Known | null {
  if (!chosen.some(({ featured }) => featured)) return null;
  const latest = newestOf(chosen.map(({ version }) => version));
  const plain = known.filter(({ version, featured }) => !featured && compareVersionTexts(version, latest) <= 0);
  return plain.sort(bestFirst)[0] ?? null;
}

/** conda's order within one channel: version, build number, timestamp, build string. */
function bestFirst(a: Known, b: Known): number {
  const order = compareVersionTexts(b.version, a.version) || b.buildNumber - a.buildNumber || b.timestamp - a.timestamp;
  return order || (a.build < b.build ? 1 : -1);
}
