import { type PackageName, packageNameSchema } from '../package-name.ts';
import type { SpecFault } from '../version/version-spec.ts';
import { readBrackets } from './read-brackets.ts';
import { noFields, readChannel, readUrl, readVersionAndBuild, type SpecFields } from './spec-fields.ts';

/** A MatchSpec with its parts lifted out. The name is never a pattern; `text` is the original. */
export interface MatchSpec extends SpecFields {
  readonly name: PackageName;
  readonly text: string;
}

export type MatchSpecResult = { readonly ok: true; readonly spec: MatchSpec } | SpecFault;

type Positional = { readonly ok: true; readonly name: PackageName; readonly fields: Partial<SpecFields> } | SpecFault;

/** No real spec is so long, and upstream's texts are parsed too. */
const maxSpecLength = 4096;

/**
 * Parses a MatchSpec (CEP 29). As in conda, names are lowercased and `#` starts a comment. Stricter than the CEP where
 * a slip would pass unseen: no pattern for a name, no lone `namespace:`, no key twice or unknown.
 */
export function parseMatchSpec(text: string): MatchSpecResult {
  if (text.length > maxSpecLength)
    return { ok: false, at: maxSpecLength, message: `longer than ${maxSpecLength} characters` };
  if (/^\s*[a-z][a-z0-9+.-]*:\/\/[^\s[]*\s*$/i.test(text) && !text.includes('::')) return packageUrl(text);
  const [plain = ''] = text.split('#', 1);
  const marker = plain.indexOf(';');
  if (marker !== -1) {
    const hint = `write "${plain.slice(0, marker).trim()}"`;
    return { ok: false, at: marker, message: 'a MatchSpec has no ";" and no environment markers', hint };
  }
  const open = plain.indexOf('[');
  const positional = readPositional(open === -1 ? plain : plain.slice(0, open));
  if (!positional.ok) return positional;
  const brackets = open === -1 ? { ok: true as const, fields: {}, names: [] } : readBrackets(plain, open);
  if (!brackets.ok) return brackets;
  const { name } = positional;
  const other = brackets.names.find((named) => named !== name);
  if (other !== undefined) return { ok: false, at: open, message: `the brackets name "${other}", not "${name}"` };
  return { ok: true, spec: { ...noFields, ...positional.fields, ...brackets.fields, name, text } };
}

function packageUrl(text: string): MatchSpecResult {
  const read = readUrl(text.trim());
  const at = text.length - text.trimStart().length;
  if (!read.ok) return { ...read, at };
  const name = packageNameSchema.parse(read.name);
  return { ok: true, spec: { ...noFields, ...read.fields, name, text } };
}

/**
 * Reads `channel/subdir:namespace:name version build`; only the last two colons count, for the channel may be a URL.
 */
function readPositional(text: string): Positional {
  const last = text.lastIndexOf(':');
  if (last === -1) return readNamed(text, 0);
  const before = text.lastIndexOf(':', last - 1);
  if (before === -1 || last === 0) {
    const hint = text.startsWith('pypi:')
      ? `a project of PyPI is an entry of its own kind: { "pypi": "${text.slice('pypi:'.length)}" }`
      : 'a channel is followed by two: conda-forge::numpy';
    return { ok: false, at: last, message: 'one ":" stands alone', hint };
  }
  const channel = readChannel(text.slice(0, before).trim());
  if (!channel.ok) return { ...channel, at: 0 };
  const named = readNamed(text, last + 1);
  return named.ok ? { ...named, fields: { ...channel.fields, ...named.fields } } : named;
}

function readNamed(text: string, from: number): Positional {
  const [, space = '', written = ''] = /^(\s*)([^\s=<>!~]*)/.exec(text.slice(from)) ?? [];
  const at = from + space.length;
  const name = packageNameSchema.safeParse(written.toLowerCase());
  if (!name.success) return { ok: false, at, ...nameFault(written) };
  const rest = readVersionAndBuild(text, at + written.length);
  return rest.ok ? { ok: true, name: name.data, fields: rest.fields } : rest;
}

function nameFault(written: string): Pick<SpecFault, 'message' | 'hint'> {
  if (written === '') return { message: 'a package name is missing' };
  if (written.includes('*')) return { message: `"${written}" is a pattern; a spec must name one package` };
  if (/[/\\]/.test(written))
    return { message: `"${written}" is not a package name`, hint: 'a file is named by its file:// URL' };
  return { message: `"${written}" is not a package name` };
}
