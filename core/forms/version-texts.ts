import { compareVersions, parseVersion, parseVersionSpec, versionMatches } from '../version.ts';

/** By CEP 33; what is no version sorts before every version. */
export function compareVersionTexts(a: string, b: string): number {
  if (a === b) return 0;
  const [x, y] = [parseVersion(a), parseVersion(b)];
  if (x === null || y === null) return Number(x !== null) - Number(y !== null);
  return compareVersions(x, y);
}

/** The newest of at least one version; of equal ones (`1.0`, `1.0.0`) the first. */
export function newestOf(versions: Iterable<string>): string {
  const [first = '', ...others] = new Set(versions);
  return others.reduce((newest, version) => (compareVersionTexts(version, newest) > 0 ? version : newest), first);
}

/** What `=version` takes (CEP 29): that version and all below it. */
export function matcherWithin(version: string): (other: string) => boolean {
  const spec = parseVersionSpec(`=${version}`);
  const known = new Map([[version, true]]);
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const other = parseVersion(text);
    const within = spec !== null && other !== null && versionMatches(spec, other);
    known.set(text, within);
    return within;
  };
}
