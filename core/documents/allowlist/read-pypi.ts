import type { Wording } from '../../json/json-fault.ts';
import { parseSpecifier } from '../../names/pep440/specifier.ts';
import { type ProjectName, parseProjectName } from '../../names/project-name.ts';

export interface PypiRequirement {
  readonly name: ProjectName;
  /**
   * The version specifier (PEP 440) without spaces; empty when any version will do. conda has words for it, but for a local
   * version (`==1.0+cu118`), which is for pip alone.
   */
  readonly specifier: string;
}

type Read = { readonly ok: true } & PypiRequirement;
type Refused = { readonly ok: false; readonly at: number } & Wording;

const clause = /\s*(===|==|~=|!=|<=|>=|<|>)\s*([^\s,;]+)\s*/y;

/** Parses `name ==1.0, ...`: the part of PEP 508 that names a project and versions. Extras, markers and URLs are refused. */
export function readPypi(text: string): Read | Refused {
  const [written = ''] = /^\s*[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?/.exec(text) ?? [];
  const name = parseProjectName(written.trim());
  if (name === null) return { ok: false, at: 0, message: 'this does not start with the name of a PyPI project' };
  const { clauses, end } = readClauses(text, written.length);
  if (end < text.trimEnd().length || text[end - 1] === ',') return refuse(text, end);
  const specifier = clauses.join(',');
  const fault = faultInConda(specifier);
  if (fault === null) return { ok: true, name, specifier };
  return { ok: false, at: written.length, message: `these versions cannot be said in conda: ${fault}` };
}

/** Reads clauses and the commas between them, as far as they are sound. */
function readClauses(text: string, start: number): { clauses: string[]; end: number } {
  const clauses: string[] = [];
  let end = start;
  do {
    clause.lastIndex = end;
    const [all, operator = '', wanted = ''] = clause.exec(text) ?? [];
    if (all === undefined || parseSpecifier(operator + wanted) === null) break;
    clauses.push(`${operator}${wanted}`);
    end += all.length;
  } while (text[end++] === ',');
  const isPast = clauses.length > 0 && text[end - 1] !== ',';
  return { clauses, end: isPast ? end - 1 : end };
}

/** In UTF-16 units; conda's versions have at most 64. */
const maxSpecifierLength = 250;

/** What `specifierToMatchSpec` has no words for. */
function faultInConda(specifier: string): string | null {
  const { clauses = [] } = parseSpecifier(specifier) ?? {};
  if (specifier.length > maxSpecifierLength) return `they have more than ${maxSpecifierLength} characters`;
  return clauses.some(({ op }) => op === '===') ? 'write == for ===' : null;
}

function refuse(text: string, from: number): Refused {
  const at = from + (/^\s*/.exec(text.slice(from))?.[0].length ?? 0);
  const refused = { ok: false, at, message: 'expected a version such as ==1.0 here' } as const;
  if (text[at] === '[') return { ...refused, hint: 'extras are not supported: list their packages in "depends"' };
  if (text[at] === ';') return { ...refused, hint: 'markers are not supported: use "platforms"' };
  if (text[at] === '@') return { ...refused, hint: 'only packages of an index are supported, no URLs' };
  if (text[at] === '=') return { ...refused, hint: 'an exact version is written ==1.0' };
  return refused;
}
