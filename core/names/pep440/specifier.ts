import { isPrerelease, type Pep440Version, parsePep440Version, pep440Version } from './pep440-version.ts';

/** One clause of a specifier. `==*` is `==V.*`, all below `V`; `!=*` is its opposite. */
export type SpecifierClause =
  | { readonly op: '==' | '!=' | '<' | '<=' | '>' | '>=' | '~=' | '==*' | '!=*'; readonly version: Pep440Version }
  /** `===`: the version's very text, lowercase. */
  | { readonly op: '==='; readonly literal: string };

/** A condition on versions (PEP 440, "Version specifiers"): all its clauses must hold; none asks nothing. */
export interface Specifier {
  readonly text: string;
  readonly clauses: readonly SpecifierClause[];
}

/** In UTF-16 units. No real specifier is so long, and they come from upstream. */
const maxSpecifierLength = 4096;

/**
 * Reads `>=1.4,!=1.5.*`, or null. Empty clauses count for nothing, as in `packaging`'s `SpecifierSet`. The parentheses of
 * old metadata (`(>=1.4)`) belong to the requirement around it: `parseRequirement`.
 */
export function parseSpecifier(text: string): Specifier | null {
  if (text.length > maxSpecifierLength) return null;
  const clauses: SpecifierClause[] = [];
  for (const part of text.split(',').filter((one) => one.trim() !== '')) {
    const clause = parseClause(part.trim());
    if (clause === null) return null;
    clauses.push(clause);
  }
  return { text: text.trim(), clauses };
}

const clauseShape = /^(===|~=|==|!=|<=|>=|<|>)\s*(\S+)$/;

function parseClause(text: string): SpecifierClause | null {
  const [, op, word = ''] = clauseShape.exec(text) ?? [];
  switch (op) {
    case '===':
      return /[;)]/.test(word) ? null : { op, literal: word.toLowerCase() };
    case '==':
    case '!=':
      return word.endsWith('.*') ? prefixClause(op, word.slice(0, -2)) : versionClause(op, word, true);
    case '~=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return versionClause(op, word, false);
    default:
      return null;
  }
}

/** `.*` follows a release and nothing else. */
function prefixClause(op: '==' | '!=', word: string): SpecifierClause | null {
  const version = parsePep440Version(word);
  const bare = version !== null && !isPrerelease(version) && version.post === null && version.local.length === 0;
  return bare ? { op: `${op}*`, version } : null;
}

function versionClause(
  op: '==' | '!=' | '<' | '<=' | '>' | '>=' | '~=',
  word: string,
  localAllowed: boolean,
): SpecifierClause | null {
  const version = parsePep440Version(word);
  if (version === null || (version.local.length > 0 && !localAllowed)) return null;
  return op === '~=' && version.release.length < 2 ? null : { op, version };
}

/** Tells whether the specifier itself names a pre-release, which lets them in (PEP 440, "Handling of pre-releases"). */
export function namesPrerelease({ clauses }: Specifier): boolean {
  return clauses.some((clause) => {
    if (clause.op === '!=' || clause.op === '!=*') return false;
    const version = clause.op === '===' ? parsePep440Version(clause.literal) : clause.version;
    return version !== null && isPrerelease(version);
  });
}

/** Tells whether a specifier asks for one version, which lets in even a yanked file (PEP 592). */
export const pinsVersion = ({ clauses }: Specifier): boolean => clauses.some(({ op }) => op === '==' || op === '===');

/** What a specifier says of versions without a local part: `==1.0` of `==1.0+cu118`, and nothing of `!=1.0+cu118`. */
export function withoutLocals(specifier: Specifier): Specifier {
  const isLocal = (clause: SpecifierClause) => clause.op !== '===' && clause.version.local.length > 0;
  if (!specifier.clauses.some(isLocal)) return specifier;
  const clauses = specifier.clauses.flatMap((clause): SpecifierClause[] => {
    if (clause.op === '===' || !isLocal(clause)) return [clause];
    return clause.op === '!=' ? [] : [{ ...clause, version: pep440Version({ ...clause.version, local: [] }) }];
  });
  return { text: specifier.text.replace(/\+[^,\s]+/g, ''), clauses };
}
