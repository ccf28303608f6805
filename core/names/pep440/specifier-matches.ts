import { comparePep440 } from './compare-pep440.ts';
import { isPrerelease, type Pep440Parts, type Pep440Version } from './pep440-version.ts';
import { namesPrerelease, type Specifier, type SpecifierClause } from './specifier.ts';

/**
 * Tells whether a version fulfils each clause. With `prereleases: false` no pre-release does; whether any should is a
 * question about all the versions there are: `admittedVersions`.
 */
export function specifierMatches(
  specifier: Specifier,
  version: Pep440Version,
  { prereleases }: { readonly prereleases: boolean },
): boolean {
  if (!prereleases && isPrerelease(version)) return false;
  return specifier.clauses.every((clause) => clauseMatches(clause, version));
}

/**
 * Leaves of a project's releases those that the specifier lets in, in their order. Pre-releases are among them only when
 * the specifier names one, or when nothing else fits (PEP 440, "Handling of pre-releases", as `packaging` 26 reads it).
 */
export function admittedVersions<T>(
  specifier: Specifier,
  releases: Iterable<T>,
  versionOf: (release: T) => Pep440Version,
): T[] {
  const fitting = [...releases].filter((one) => specifierMatches(specifier, versionOf(one), { prereleases: true }));
  if (namesPrerelease(specifier)) return fitting;
  const finals = fitting.filter((one) => !isPrerelease(versionOf(one)));
  return finals.length === 0 ? fitting : finals;
}

function clauseMatches(clause: SpecifierClause, version: Pep440Version): boolean {
  if (clause.op === '===') return version.text === clause.literal;
  const limit = clause.version;
  switch (clause.op) {
    case '==':
      return equals(version, limit);
    case '!=':
      return !equals(version, limit);
    case '==*':
      return isBelow(version, limit);
    case '!=*':
      return !isBelow(version, limit);
    case '<=':
      return comparePep440(publicOf(version), limit) <= 0;
    case '>=':
      return comparePep440(version, limit) >= 0;
    case '~=':
      return comparePep440(version, limit) >= 0 && isBelow(version, { ...limit, release: limit.release.slice(0, -1) });
    case '<':
      return isBefore(version, limit);
    case '>':
      return isAfter(version, limit);
  }
}

/** A limit without a local part takes every local part. */
function equals(version: Pep440Parts, limit: Pep440Parts): boolean {
  return comparePep440(limit.local.length === 0 ? publicOf(version) : version, limit) === 0;
}

const publicOf = (version: Pep440Parts): Pep440Parts => ({ ...version, local: [] });

/** `1.2.3` and `1.2rc1` are below `1.2`, as is `1.2` itself; `1.20` is not. */
function isBelow(version: Pep440Parts, { epoch, release }: Pick<Pep440Parts, 'epoch' | 'release'>): boolean {
  return version.epoch === epoch && release.every((number, i) => (version.release[i] ?? 0n) === number);
}

/** `<1.2` leaves out the pre-releases of 1.2, the first of which is 1.2.dev0; `<1.2rc1` takes 1.2b1. */
function isBefore(version: Pep440Parts, limit: Pep440Parts): boolean {
  return comparePep440(version, isPrerelease(limit) ? limit : { ...limit, dev: 0n }) < 0;
}

/** `>1.2` leaves out 1.2.post1, and `>1.2a1` leaves out 1.2a1.post1; `>1.2.post1` takes 1.2.post2. */
function isAfter(version: Pep440Parts, limit: Pep440Parts): boolean {
  if (comparePep440(publicOf(version), limit) <= 0) return false;
  return version.post === null || !equals({ ...version, post: null, dev: null }, limit);
}
