import { comparePep440 } from '../names/pep440/compare-pep440.ts';
import { type Pep440Version, parsePep440Version, pep440Version } from '../names/pep440/pep440-version.ts';
import { versionIdentity } from '../names/pep440/version-identity.ts';
import type { Advisory, AffectedRange } from './advisory.ts';

/** `listed`: named by itself; `within`: in a range; `unclear`: the advisory does not say, or not so that it can be told. */
export type Affected = 'listed' | 'within' | 'unclear' | 'no';

/**
 * Whether an advisory is about a release, by PEP 440: `1.0` is `1.0.0`, and `2.0+cu118` is a build of `2.0`. Withdrawn or not
 * is not asked here.
 *
 * @param version null where only the project is known
 */
export function affects(advisory: Advisory, version: string | null): Affected {
  const parsed = version === null ? null : parsePep440Version(version);
  if (parsed === null || advisory.unreadable !== null) return 'unclear';
  const { listed, ranges, isClear } = compiled(advisory);
  if (listed.has(versionIdentity(parsed)) || listed.has(versionIdentity(publicOf(parsed)))) return 'listed';
  if (ranges.some((range) => isWithin(publicOf(parsed), range))) return 'within';
  return isClear ? 'no' : 'unclear';
}

const publicOf = (version: Pep440Version): Pep440Version => pep440Version({ ...version, local: [] });

interface Bounds {
  readonly introduced: Pep440Version | null;
  readonly fixed: Pep440Version | null;
  readonly lastAffected: Pep440Version | null;
}

interface Compiled {
  readonly listed: ReadonlySet<string>;
  readonly ranges: readonly Bounds[];
  /** Whether it names releases at all, and each so that it can be told. */
  readonly isClear: boolean;
}

/** Some projects have hundreds of advisories with hundreds of releases each, which many builds are held against. */
const known = new WeakMap<Advisory, Compiled>();

function compiled(advisory: Advisory): Compiled {
  const before = known.get(advisory);
  if (before !== undefined) return before;
  const versions = advisory.versions.map(parsePep440Version);
  const ranges = advisory.ranges.map(boundsOf);
  const made: Compiled = {
    listed: new Set(versions.flatMap((version) => (version === null ? [] : [versionIdentity(version)]))),
    ranges: ranges.filter((range) => range !== null),
    isClear: versions.length + ranges.length > 0 && !versions.includes(null) && !ranges.includes(null),
  };
  known.set(advisory, made);
  return made;
}

/** Null where one of its ends is no version. */
function boundsOf({ introduced, fixed, lastAffected }: AffectedRange): Bounds | null {
  const read = (text: string | null) => (text === null ? null : (parsePep440Version(text) ?? undefined));
  const bounds = {
    introduced: introduced === '0' ? null : read(introduced),
    fixed: read(fixed),
    lastAffected: read(lastAffected),
  };
  const { introduced: low, fixed: high, lastAffected: last } = bounds;
  return low === undefined || high === undefined || last === undefined
    ? null
    : { introduced: low, fixed: high, lastAffected: last };
}

function isWithin(version: Pep440Version, { introduced, fixed, lastAffected }: Bounds): boolean {
  if (introduced !== null && comparePep440(version, introduced) < 0) return false;
  if (fixed !== null && comparePep440(version, fixed) >= 0) return false;
  return lastAffected === null || comparePep440(version, lastAffected) <= 0;
}
