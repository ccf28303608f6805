import { textPattern } from './text-pattern.ts';
import { compareVersions, isCompatible, parseVersion, startsWith, type Version } from './version.ts';

/** `=*` is "below": `1.2.*`; `!=*` its opposite. */
export type VersionComparison = '==' | '!=' | '<' | '<=' | '>' | '>=' | '~=' | '=*' | '!=*';

export type VersionTerm =
  | { readonly op: '*' }
  | { readonly op: VersionComparison; readonly version: Version }
  /** A regular expression, or a glob with a `*` inside: on the version's text. No solver takes these. */
  | { readonly op: 'text'; readonly pattern: string; readonly matches: (text: string) => boolean }
  | { readonly op: ',' | '|'; readonly terms: readonly VersionTerm[] };

/** A condition on versions, with the text it was parsed from. */
export interface VersionSpec {
  readonly text: string;
  readonly term: VersionTerm;
}

/**
 * Operators as written -> what they mean alone, and before a version that ends in `.*` or `*`. The second is legacy
 * that real repodata is full of (`>=1.2.*`), read as rattler reads it; `==1.8.*` is CEP 29's own example of "below".
 */
export const operators: ReadonlyMap<string, readonly [VersionComparison, VersionComparison]> = new Map([
  ['', ['==', '=*']],
  ['==', ['==', '=*']],
  ['=', ['=*', '=*']],
  ['!=', ['!=', '!=*']],
  ['<', ['<', '<']],
  ['<=', ['<=', '<=']],
  ['>', ['>', '>=']],
  ['>=', ['>=', '>=']],
  ['~=', ['~=', '~=']],
]);

/** Reads one operator with one version; null when the version is none, or the two do not go together (`<*`). */
export function versionTerm(operator: string, word: string): VersionTerm | null {
  if (word === '*' || word === '*.*') return /^(|==?|[<>~]=)$/.test(operator) ? { op: '*' } : null;
  const literal = word.replace(/(?:\.\*)+$|\*$/, '');
  const version = parseVersion(literal);
  if (version === null) return operator === '' ? textTerm(word) : null;
  const op = operators.get(operator)?.[literal === word ? 0 : 1];
  return op === undefined ? null : { op, version };
}

function textTerm(pattern: string): VersionTerm | null {
  const matches = /[*^]/.test(pattern) ? textPattern(pattern) : null;
  return matches && { op: 'text', pattern, matches };
}

/**
 * Writes the shortest text that rattler reads as this term: spellings of one condition become one, and with `sorted`
 * orders of its parts too.
 */
export function termText(term: VersionTerm, sorted = false): string {
  switch (term.op) {
    case '*':
      return '*';
    case 'text':
      return term.pattern;
    case ',':
    case '|': {
      const texts = term.terms.map((part) => {
        const text = termText(part, sorted);
        return term.op === ',' && part.op === '|' ? `(${text})` : text;
      });
      return (sorted ? texts.sort() : texts).join(term.op);
    }
    default: {
      const version = term.version.text.toLowerCase().replaceAll('-', '_');
      if (term.op === '=*') return `${version}.*`;
      return term.op === '!=*' ? `!=${version}.*` : `${term.op}${version}`;
    }
  }
}

/** Tells whether the version fulfils the spec (CEP 29, "Version matching"). */
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
