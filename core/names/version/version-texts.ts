import { compareVersions, parseVersion, type Version } from './version.ts';
import { parseVersionSpec } from './version-spec.ts';
import { versionMatches } from './version-term.ts';

/** The order of two versions by CEP 33. A text that is no version sorts before every version. */
export function compareVersionTexts(a: string, b: string): number {
  return a === b ? 0 : compareParsed(parseVersion(a), parseVersion(b));
}

function compareParsed(a: Version | null, b: Version | null): number {
  return a === null || b === null ? Number(a !== null) - Number(b !== null) : compareVersions(a, b);
}

/** The newest of at least one version; of equal ones (`1.0`, `1.0.0`) the first. */
export function newestOf(versions: Iterable<string>): string {
  const [first = '', ...others] = new Set(versions);
  if (others.length === 0) return first;
  const parsed = [first, ...others].map((text) => ({ text, version: parseVersion(text) }));
  return parsed.reduce((newest, one) => (compareParsed(one.version, newest.version) > 0 ? one : newest)).text;
}

/** A test for what `=version` takes (CEP 29): that version and all below it. */
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
