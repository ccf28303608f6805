import { compareVersions, isCompatible, startsWith } from './compare-versions.ts';
import type { Version } from './parse-version.ts';
import type { VersionSpec } from './parse-version-spec.ts';
import type { VersionComparison, VersionTerm } from './version-term.ts';

/** True when the version fulfils the spec (CEP 29, "Version matching"). */
export function versionMatches(spec: VersionSpec, version: Version): boolean {
  return termMatches(spec.term, version);
}

function termMatches(term: VersionTerm, version: Version): boolean {
  switch (term.op) {
    case '*':
      return true;
    case 'text':
      return term.matches(version.text);
    case ',':
      return term.terms.every((part) => termMatches(part, version));
    case '|':
      return term.terms.some((part) => termMatches(part, version));
    default:
      return comparisons[term.op](version, term.version);
  }
}

/** `!=1.2` leaves out 1.2 alone, as conda and rattler do; CEP 29's text would leave out all below it, `!=1.2.*`. */
const comparisons: Readonly<Record<VersionComparison, (version: Version, limit: Version) => boolean>> = {
  '==': (version, limit) => compareVersions(version, limit) === 0,
  '!=': (version, limit) => compareVersions(version, limit) !== 0,
  '<': (version, limit) => compareVersions(version, limit) < 0,
  '<=': (version, limit) => compareVersions(version, limit) <= 0,
  '>': (version, limit) => compareVersions(version, limit) > 0,
  '>=': (version, limit) => compareVersions(version, limit) >= 0,
  '~=': isCompatible,
  '=*': startsWith,
  '!=*': (version, prefix) => !startsWith(version, prefix),
};
