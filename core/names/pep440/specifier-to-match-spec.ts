import { intersectRanges, rangeBetween, rangesText, type VersionRange } from '../version/version-ranges.ts';
import { isPrerelease, type Pep440Version, parsePep440Version, pep440Version } from './pep440-version.ts';
import type { Specifier, SpecifierClause } from './specifier.ts';

/** The version part of a MatchSpec, or why there is none, as a sentence fragment. */
export type TranslatedSpecifier =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly message: string };

/** Intersecting takes quadratic time in the clauses; no real specifier has a third of so many. */
const maxClauses = 100;

/**
 * Says in a MatchSpec what a specifier says, for versions in their canonical spelling and without a local part. conda
 * orders versions otherwise than PEP 440 (`3.12rc1 < 3.12.dev0`, `1.0.1a1 > 1.0a2`), and has no rule about pre-releases:
 * `<3.12` becomes `<3.12a0`, `==3.*` becomes `>=3a0,<4a0`. What no rule mends is listed, with its reason, in
 * `test/core/names/pep440/specifier-to-match-spec.oracle.ts`. Parentheses are not used: conda takes those that end a
 * spec for something else.
 */
export function specifierToMatchSpec({ clauses, text }: Specifier): TranslatedSpecifier {
  if (clauses.length > maxClauses) return { ok: false, message: `more than ${maxClauses} clauses` };
  const ranges: VersionRange[][] = [];
  for (const clause of clauses) {
    const read = rangesOf(clause);
    if (typeof read === 'string') return { ok: false, message: `${read}, in "${text}"` };
    ranges.push(read);
  }
  const common = ranges.reduce(intersectRanges, [{ low: null, high: null }]);
  // Nothing lies in all of them, so nothing lies in the first of each.
  const shown = common.length > 0 ? [common] : ranges.map((all) => all.slice(0, 1));
  return { ok: true, text: shown.map(rangesText).join(',') };
}

/** The ranges of one clause, or why it has none. */
function rangesOf(clause: SpecifierClause): VersionRange[] | string {
  const version = clause.op === '===' ? parsePep440Version(clause.literal) : clause.version;
  if (version === null || (clause.op === '===' && version.text !== clause.literal))
    return '"===" asks for a spelling, and conda knows versions by their canonical one';
  if (version.local.length > 0) return `conda orders the local version "${version.text}" otherwise`;
  const ranges = conditionsOf(clause.op, version).map(([low, high]) => rangeBetween(low, high));
  return ranges.every((range) => range !== null) ? ranges : `"${version.text}" is no version in conda`;
}

/** Lower and upper condition of a range; empty where there is none. */
type Conditions = readonly [low: string, high: string];

function conditionsOf(op: SpecifierClause['op'], version: Pep440Version): Conditions[] {
  const { text, release } = version;
  switch (op) {
    case '==':
    case '===':
      return [[`>=${text}`, `<=${text}`]];
    case '!=':
      return [
        ['', `<${text}`],
        [`>${text}`, ''],
      ];
    case '==*':
      return [[`>=${beforeAll(version)}`, `<${afterAll(version)}`]];
    case '!=*':
      return [
        ['', `<${beforeAll(version)}`],
        [`>=${afterAll(version)}`, ''],
      ];
    case '~=':
      return [[`>=${text}`, `<${afterAll({ ...version, release: release.slice(0, -1) })}`]];
    case '>=':
      return [[`>=${isFirst(version) ? beforeAll(version) : text}`, '']];
    case '<=':
      return [['', `<=${text}`]];
    case '<':
      return [['', `<${isPrerelease(version) && !isFirst(version) ? text : beforeAll(version)}`]];
    case '>':
      return conditionsAfter(version);
  }
}

/** `>1.2` leaves out the post-releases of 1.2, and `>1.2a1` those of 1.2a1. */
function conditionsAfter({ text, ...version }: Pep440Version): Conditions[] {
  const { pre, post, dev, release } = version;
  if (post !== null || dev !== null) return [[`>${text}`, '']];
  if (pre !== null) {
    const next = pep440Version({ ...version, pre: { ...pre, number: pre.number + 1n }, dev: 0n });
    return [[`>=${next.text}`, '']];
  }
  return [
    [`>${text}`, `<${text}.post0`],
    [`>=${pep440Version({ ...version, release: [...release, 1n] }).text}a0`, ''],
  ];
}

/** `3.0.dev0` is the first of all that is called 3.0 (`<3.0.dev` leaves 3.0rc1 out), and comes after 3.0rc1 in conda. */
const isFirst = ({ pre, dev }: Pep440Version): boolean => pre === null && dev === 0n;

/**
 * Sorts before a version and all its pre-releases, however many zeros those write: `3.12rc1` is below `3.12.0a0` in
 * conda, so the zeros at the end go (`1.0` -> `1a0`).
 */
function beforeAll({ epoch, release, post }: Pep440Version): string {
  const last = post === null ? release.findLastIndex((number) => number !== 0n) : release.length;
  const kept = release.slice(0, Math.max(last, 0) + 1);
  return `${pep440Version({ epoch, release: kept, pre: null, post, dev: null, local: [] }).text}a0`;
}

/** Sorts after a release and all below it: `3.12` -> `3.13a0`. */
function afterAll({ epoch, release }: Pep440Version): string {
  const next = release.with(-1, (release.at(-1) ?? 0n) + 1n);
  return `${pep440Version({ epoch, release: next, pre: null, post: null, dev: null, local: [] }).text}a0`;
}
