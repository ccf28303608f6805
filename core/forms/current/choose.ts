import { matchSpecMatches, parseMatchSpec } from '../../match-spec.ts';
import { compareVersionTexts, matcherWithin, newestOf } from '../version-texts.ts';
import type { Known, ReadName } from './summarise.ts';

/** Name -> its packages as a client sees them: no `.tar.bz2` beside its `.conda`. */
export type KnownNames = ReadonlyMap<string, ReadName>;

/**
 * The file names of `current_repodata.json`, chosen as conda-index does: of each name the newest version; for every
 * dependency of those that none of them fulfils, the newest version that does; and beside a package with features the
 * best without. A dependency that nothing here fulfils is another subdir's.
 */
export function chooseCurrent(names: KnownNames): Set<string> {
  const newest = new Map([...names].map(([name, { known }]) => [name, newestPackages(known)]));
  const missing = missingPackages(names, newest);
  const chosen = [...names].flatMap(([name, { known }]) => {
    const packages = [...(newest.get(name) ?? []), ...(missing.get(name) ?? [])];
    const plain = bestWithoutFeatures(packages, known);
    return plain === null ? packages : [...packages, plain];
  });
  return new Set(chosen.map(({ filename }) => filename));
}

function newestPackages(known: readonly Known[]): readonly Known[] {
  const isNewest = matcherWithin(newestOf(known.map(({ version }) => version)));
  return known.filter(({ version }) => isNewest(version));
}

/** One step only: what the added packages need themselves is not looked for. */
function missingPackages(names: KnownNames, newest: ReadonlyMap<string, readonly Known[]>): Map<string, Known[]> {
  const missing = new Map<string, Known[]>();
  const specs = [...newest].flatMap(([name, packages]) => {
    const versions = new Set(packages.map(({ version }) => version));
    return [...versions].flatMap((version) => names.get(name)?.depends.get(version) ?? []);
  });
  for (const text of new Set(specs)) {
    const parsed = parseMatchSpec(text);
    if (!parsed.ok || parsed.spec.channel !== null) continue;
    const { name } = parsed.spec;
    const fulfils = (one: Known): boolean =>
      matchSpecMatches(parsed.spec, { ...one, name, build_number: one.buildNumber });
    if (newest.get(name)?.some(fulfils)) continue;
    const known = names.get(name)?.known ?? [];
    const matching = known.filter(fulfils).map(({ version }) => version);
    if (matching.length === 0) continue;
    const isWithin = matcherWithin(newestOf(matching));
    missing.set(name, [...(missing.get(name) ?? []), ...known.filter(({ version }) => isWithin(version))]);
  }
  return missing;
}

/** The best without features, no newer than the newest chosen; null when none of those chosen has any. */
function bestWithoutFeatures(chosen: readonly Known[], known: readonly Known[]): Known | null {
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
