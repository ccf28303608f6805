import type { Wording } from '../../json/json-fault.ts';

export interface PypiRequirement {
  /** Normalised by PEP 503. */
  readonly name: string;
  /** The version specifier (PEP 440) without spaces; empty when any version will do. */
  readonly specifier: string;
}

type Read = { readonly ok: true } & PypiRequirement;
type Refused = { readonly ok: false; readonly at: number } & Wording;

const version = '[A-Za-z0-9]+(?:[.!+_-][A-Za-z0-9]+)*(?:\\.\\*)?';
const clause = new RegExp(`\\s*(===|==|~=|!=|<=|>=|<|>)\\s*(${version})\\s*`, 'y');

/** Parses `name ==1.0, ...`: the part of PEP 508 that names a project and versions. Extras, markers and URLs are refused. */
export function readPypi(text: string): Read | Refused {
  const [name] = /^\s*[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?/.exec(text) ?? [];
  if (name === undefined) return { ok: false, at: 0, message: 'this does not start with the name of a PyPI project' };
  const normalised = name
    .trim()
    .toLowerCase()
    .replace(/[-_.]+/g, '-');
  const clauses: string[] = [];
  let at = name.length;
  let more = text.slice(at).trim() !== '';
  while (more) {
    clause.lastIndex = at;
    const [all, operator = '', wanted = ''] = clause.exec(text) ?? [];
    if (all === undefined) return refuse(text, at);
    clauses.push(`${operator}${wanted}`);
    at += all.length;
    more = text[at] === ',';
    if (more) at++;
  }
  if (at < text.trimEnd().length) return refuse(text, at);
  return { ok: true, name: normalised, specifier: clauses.join(',') };
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
