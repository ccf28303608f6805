import { rememberTexts } from '../remember-texts.ts';
import { textPattern } from '../version/text-pattern.ts';
import { type VersionSpec, versionMatches } from '../version/version-term.ts';
import { knownVersion } from './known-version.ts';
import type { MatchSpec } from './parse-match-spec.ts';

/** A record of `repodata.json`, as far as a spec looks at it. */
export interface MatchableRecord {
  readonly name: string;
  readonly version: string;
  readonly build: string;
  readonly build_number: number;
  readonly subdir?: string | undefined;
  readonly md5?: string | undefined;
  readonly sha256?: string | undefined;
  readonly url?: unknown;
  readonly fn?: unknown;
  readonly license?: unknown;
  readonly track_features?: unknown;
}

/**
 * Tells whether the record is one of those the spec asks for. What repodata leaves out of its records because the place
 * says it (subdir, url, fn) is compared where it is there; a hash, license or feature must be there to match. The
 * channel is not looked at: records do not hold it.
 */
export function matchSpecMatches(spec: MatchSpec, record: MatchableRecord): boolean {
  return (
    spec.name === record.name &&
    versionFits(spec, record.version) &&
    (spec.build === null || (textPattern(spec.build)?.(record.build) ?? false)) &&
    (spec.buildNumber === null || buildNumberFits(spec.buildNumber, record.build_number)) &&
    (spec.md5 === null || spec.md5 === record.md5) &&
    (spec.sha256 === null || spec.sha256 === record.sha256) &&
    fitsIfThere(spec.subdir, record.subdir) &&
    fitsIfThere(spec.url, record.url) &&
    fitsIfThere(spec.fileName, record.fn) &&
    (spec.license === null || spec.license === record.license) &&
    (spec.trackFeatures === null || tracks(record.track_features, spec.trackFeatures))
  );
}

/**
 * The records of one name by what a spec asks for: each version is held against it once, however many builds it has. In no
 * order.
 *
 * @param all of that name
 */
export function matchingIn<T>(
  all: readonly T[],
  recordOf: (one: T) => MatchableRecord,
): (spec: MatchSpec) => readonly T[] {
  const byVersion = Map.groupBy(all, (one) => recordOf(one).version);
  return (spec) => {
    const fitting = [...byVersion].flatMap(([version, builds]) => (versionFits(spec, version) ? builds : []));
    return asksForMore(spec) ? fitting.filter((one) => matchSpecMatches(spec, recordOf(one))) : fitting;
  };
}

/** Whether a spec says more than a name and a version. */
const asksForMore = (spec: MatchSpec): boolean =>
  [spec.build, spec.buildNumber, spec.md5, spec.sha256, spec.subdir].some((part) => part !== null) ||
  [spec.url, spec.fileName, spec.license, spec.trackFeatures].some((part) => part !== null);

/** A name's builds share their versions, and platforms and entries their specs: each pair is worked out once. */
const fitting = new WeakMap<VersionSpec, (text: string) => boolean>();

function versionFits({ version }: MatchSpec, text: string): boolean {
  if (version === null) return true;
  const fits = fitting.get(version) ?? rememberTexts((one) => versionTextFits(version, one));
  fitting.set(version, fits);
  return fits(text);
}

function versionTextFits(version: VersionSpec, text: string): boolean {
  const parsed = knownVersion(text);
  return parsed !== null && versionMatches(version, parsed);
}

function buildNumberFits(asked: string, number: number): boolean {
  const [, operator = '', digits = ''] = /^(\D*)(\d+)$/.exec(asked) ?? [];
  return buildNumberOperators[operator]?.(number, Number(digits)) ?? false;
}

const buildNumberOperators: Readonly<Record<string, (number: number, limit: number) => boolean>> = {
  '==': (number, limit) => number === limit,
  '!=': (number, limit) => number !== limit,
  '<': (number, limit) => number < limit,
  '<=': (number, limit) => number <= limit,
  '>': (number, limit) => number > limit,
  '>=': (number, limit) => number >= limit,
};

const fitsIfThere = (asked: string | null, found: unknown): boolean =>
  asked === null || found === undefined || asked === found;

/** A record's features are a list, or in old records one text. */
function tracks(found: unknown, asked: string): boolean {
  const tracked = typeof found === 'string' ? found.split(/[\s,]+/) : Array.isArray(found) ? found : [];
  return asked.split(' ').every((feature) => tracked.includes(feature));
}
