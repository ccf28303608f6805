import { packageFileParts, parsePackageFileName } from '../package-file-name.ts';
import { textPattern } from '../version/text-pattern.ts';
import { parseVersionSpec, type SpecFault, scanVersionSpec } from '../version/version-spec.ts';
import type { VersionSpec, VersionTerm } from '../version/version-term.ts';

/** A spec's conditions beside the name; null where it asks nothing. */
export interface SpecFields {
  readonly version: VersionSpec | null;
  /** A build string, a glob (`py*`), or a regular expression in `^...$`. */
  readonly build: string | null;
  /** An operator and a number: `>=1`, `==0`. */
  readonly buildNumber: string | null;
  /** A channel's name or URL, without subdir. */
  readonly channel: string | null;
  readonly subdir: string | null;
  readonly url: string | null;
  /** `fn`: the package's file name. */
  readonly fileName: string | null;
  /** Lowercase hex. */
  readonly md5: string | null;
  /** Lowercase hex. */
  readonly sha256: string | null;
  readonly license: string | null;
  /** All of these must be tracked; separated by one space. */
  readonly trackFeatures: string | null;
}

export const noFields: SpecFields = {
  version: null,
  build: null,
  buildNumber: null,
  channel: null,
  subdir: null,
  url: null,
  fileName: null,
  md5: null,
  sha256: null,
  license: null,
  trackFeatures: null,
};

/** A field's value read, or a sentence fragment that says what is wrong with it. */
export type FieldsRead =
  | { readonly ok: true; readonly fields: Partial<SpecFields>; readonly name?: string }
  | { readonly ok: false; readonly message: string; readonly hint?: string };

/** Platform families by CEP 26, and `noarch`: what may follow a channel's last slash as its subdir. */
const subdirPattern = /^(?:noarch|(?:linux|osx|win|freebsd|emscripten|wasi|zos)-[a-z0-9]+)$/;
const channelPattern = /^(?:[a-z][a-z0-9+.-]*:\/\/)?[^\s:'"[\]]+(?::[^\s:'"[\]]*)*$/i;

/** Reads `conda-forge`, `conda-forge/linux-64` or a channel's URL; `*` is any channel. */
export function readChannel(text: string): FieldsRead {
  const whole = text.replace(/\/+$/, '');
  const slash = whole.lastIndexOf('/');
  const last = whole.slice(slash + 1).toLowerCase();
  const split = slash > 0 && subdirPattern.test(last);
  const name = split ? whole.slice(0, slash) : whole;
  if (name !== '*' && !channelPattern.test(name)) return { ok: false, message: `"${text}" is not a channel` };
  return { ok: true, fields: { channel: name === '*' ? null : name, ...(split ? { subdir: last } : {}) } };
}

/**
 * Reads the URL of one package: CEP 29, appendix C, takes channel, subdir, name, version and build from it. A fragment
 * is an md5 or `sha256:` and the digits, as in conda's explicit lists.
 */
export function readUrl(text: string): FieldsRead {
  const [url = '', fragment] = text.split('#', 2);
  const path = /^((?:https?|file):\/\/.*)\/([^/?]+)$/i.exec(url);
  const fileName = parsePackageFileName(path?.[2] ?? '');
  if (path?.[1] === undefined || fileName === null) {
    return { ok: false, message: `"${text}" is not the URL of a .conda or .tar.bz2 file` };
  }
  const place = readChannel(path[1]);
  const hash = readFragment(fragment);
  if (!place.ok) return place;
  if (!hash.ok) return hash;
  const { name, version, build } = packageFileParts(fileName);
  const spec = parseVersionSpec(`==${version}`);
  if (spec === null) return { ok: false, message: `"${version}" is not a version` };
  return { ok: true, name, fields: { ...place.fields, ...hash.fields, url, fileName, version: spec, build } };
}

function readFragment(text: string | undefined): FieldsRead {
  if (text === undefined || text === '') return { ok: true, fields: {} };
  const [, sha256 = null] = /^sha256:([0-9a-f]{64})$/i.exec(text) ?? [];
  if (sha256 !== null) return { ok: true, fields: { sha256: sha256.toLowerCase() } };
  const md5 = /^[0-9a-f]{32}$/i.test(text);
  return md5 ? { ok: true, fields: { md5: text.toLowerCase() } } : { ok: false, message: `"#${text}" is not a hash` };
}

/**
 * Reads what follows the name: a version expression, then a build after white space or `=` (CEP 29, "Version expression
 * parsing"). `name=1.2=build` is exact where `name=1.2` and `name =1.2 build` are not.
 */
export function readVersionAndBuild(
  text: string,
  at: number,
): { readonly ok: true; readonly fields: Pick<SpecFields, 'version' | 'build'> } | SpecFault {
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

/** Reads the value of `version=`. */
export function readVersion(text: string): FieldsRead {
  const scanned = scanVersionSpec(text, 0);
  if (!scanned.ok) return { ok: false, message: scanned.message, ...(scanned.hint && { hint: scanned.hint }) };
  const version = parseVersionSpec(text);
  if (version === null) return { ok: false, message: `"${text}" is not a version expression` };
  const refused = solverRefuses(scanned.term);
  return refused === null ? { ok: true, fields: { version: versionFrom(text) } } : { ok: false, message: refused };
}

/** Reads the value of `build=`. */
export function readBuild(text: string): FieldsRead {
  const fault = buildFault(text);
  return fault === null ? { ok: true, fields: { build: buildFrom(text) } } : { ok: false, message: fault };
}

function readBuildAfter(text: string, at: number): { ok: true; build: string | null; equals: boolean } | SpecFault {
  const [whole = '', separator = '', build = ''] = /^(\s*=?\s*)(\S*)\s*/.exec(text.slice(at)) ?? [];
  const equals = separator.includes('=');
  const start = at + separator.length;
  if (build === '' && equals) return { ok: false, at: start, message: 'a build is missing after "="' };
  if (build === '') return { ok: true, build: null, equals };
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
 * Says what in a version expression the solver cannot be told, as a sentence fragment; null when nothing is. rattler
 * 0.3.5 knows no patterns, and takes the underscore that ends a version for a build.
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
