import { type SpecFault, scanVersionSpec } from '../version/scan-version-spec.ts';
import { textPattern } from '../version/text-pattern.ts';
import type { VersionTerm } from '../version/version-term.ts';
import { parseVersionSpec, type VersionSpec } from '../version.ts';
import type { FieldsRead, SpecFields } from './spec-fields.ts';

type VersionAndBuild = { readonly ok: true; readonly fields: Pick<SpecFields, 'version' | 'build'> } | SpecFault;

/**
 * Reads what follows the name: a version expression, then a build after white space or `=` (CEP 29, "Version expression
 * parsing"). `name=1.2=build` is exact where `name=1.2` and `name =1.2 build` are not.
 */
export function readVersionAndBuild(text: string, at: number): VersionAndBuild {
  const start = at + (/^\s*/.exec(text.slice(at))?.[0].length ?? 0);
  if (start === text.length) return { ok: true, fields: { version: null, build: null } };
  const scanned = scanVersionSpec(text, start);
  if (!scanned.ok) return scanned;
  const refused = solverRefuses(scanned.term);
  if (refused !== null) return { ok: false, at: start, message: refused };
  const after = readBuildAfter(text, scanned.end);
  if (!after.ok) return after;
  const written = text.slice(start, scanned.end);
  const separators = after.build !== null && /^=[^=*,|]+$/.test(written) && (start === at || after.equals);
  const version = versionFrom(separators ? `=${written}` : written);
  return { ok: true, fields: { version, build: buildFrom(after.build) } };
}

/** The value of `version=`. */
export function readVersion(text: string): FieldsRead {
  const scanned = scanVersionSpec(text, 0);
  if (!scanned.ok) return { ok: false, message: scanned.message, ...(scanned.hint && { hint: scanned.hint }) };
  const version = parseVersionSpec(text);
  if (version === null) return { ok: false, message: `"${text}" is not a version expression` };
  const refused = solverRefuses(scanned.term);
  return refused === null ? { ok: true, fields: { version: versionFrom(text) } } : { ok: false, message: refused };
}

/** The value of `build=`. */
export function readBuild(text: string): FieldsRead {
  const fault = buildFault(text);
  return fault === null ? { ok: true, fields: { build: buildFrom(text) } } : { ok: false, message: fault };
}

type BuildAfter = { readonly ok: true; readonly build: string | null; readonly equals: boolean } | SpecFault;

function readBuildAfter(text: string, at: number): BuildAfter {
  const [whole = '', separator = '', build = ''] = /^(\s*=?\s*)(\S*)\s*/.exec(text.slice(at)) ?? [];
  const equals = separator.includes('=');
  const start = at + separator.length;
  if (build === '') {
    return equals
      ? { ok: false, at: start, message: 'a build is missing after "="' }
      : { ok: true, build: null, equals };
  }
  if (separator === '') return { ok: false, at, message: `"${text.slice(at)}" is not expected here` };
  const rest = text.slice(at + whole.length);
  if (rest !== '') return { ok: false, at: at + whole.length, message: `"${rest}" is not expected after the build` };
  const message = buildFault(build);
  return message === null ? { ok: true, build, equals } : { ok: false, at: start, message };
}

function buildFault(build: string): string | null {
  if (textPattern(build) !== null && !/[!-]/.test(build.replace(/^\^.*\$$/, ''))) return null;
  return build.startsWith('^')
    ? `"${build}" is not a regular expression that a build may be matched with`
    : `"${build}" is not a build`;
}

/** `*` asks nothing; rattler takes one `*` in a row. */
function buildFrom(text: string | null): string | null {
  const build = text?.startsWith('^') ? text : (text?.replace(/\*+/g, '*') ?? null);
  return build === '*' ? null : build;
}

/** `*` asks nothing. */
function versionFrom(text: string): VersionSpec | null {
  const spec = parseVersionSpec(text.trim());
  return spec?.term.op === '*' ? null : spec;
}

/**
 * What a version expression may hold that the solver cannot be told, as a sentence fragment. rattler 0.3.5 knows no
 * patterns, and takes the underscore that ends a version for a build.
 */
function solverRefuses(term: VersionTerm): string | null {
  switch (term.op) {
    case '*':
      return null;
    case 'text':
      return `"${term.pattern}" is a pattern, which solvers do not take for a version`;
    case ',':
    case '|':
      return term.terms.map(solverRefuses).find((refused) => refused !== null) ?? null;
    default:
      return /[_-](?:\+|$)/.test(term.version.text)
        ? `"${term.version.text}" ends in an underscore, which the solver does not take`
        : null;
  }
}
