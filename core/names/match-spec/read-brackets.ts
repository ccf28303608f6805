import { didYouMean } from '../../problems/did-you-mean.ts';
import { md5Schema, sha256Schema } from '../digest.ts';
import { subdirSchema } from '../subdir.ts';
import type { SpecFault } from '../version/version-spec.ts';
import { type FieldsRead, readBuild, readChannel, readUrl, readVersion, type SpecFields } from './spec-fields.ts';

/** Reads `[key=value, key='value']` from its `[` at `open` to the end of the text, where its `]` must be. */
export function readBrackets(
  text: string,
  open: number,
): { readonly ok: true; readonly fields: Partial<SpecFields>; readonly names: readonly string[] } | SpecFault {
  const pairs: Pair[] = [];
  let fields: Partial<SpecFields> = {};
  for (let at: number | null = open + 1; at !== null; ) {
    const pair = readPair(text, at);
    if (!pair.ok) return pair;
    if (pairs.some(({ key }) => key === pair.key)) {
      return { ok: false, at: pair.keyAt, message: `"${pair.key}" is given twice` };
    }
    pairs.push(pair);
    fields = { ...fields, ...pair.fields };
    const next = afterPair(text, pair.end, open);
    if (!next.ok) return next;
    at = next.at;
  }
  return { ok: true, fields, names: pairs.flatMap(({ name }) => name ?? []) };
}

interface Pair {
  readonly ok: true;
  readonly key: string;
  readonly keyAt: number;
  readonly fields: Partial<SpecFields>;
  readonly name?: string;
  readonly end: number;
}

const quoting = 'a value with commas, spaces or brackets is quoted: version=">=1,<2"';
const pairKey = /(\s*)([^\s=,[\]]*)\s*(=?)\s*/y;
const pairValue = /"([^"]*)"|'([^']*)'|[^\s,\]'"]+/y;

function readPair(text: string, at: number): Pair | SpecFault {
  pairKey.lastIndex = at;
  const [whole = '', space = '', key = '', equals = ''] = pairKey.exec(text) ?? [];
  const keyAt = at + space.length;
  if (key === '' || equals === '')
    return { ok: false, at: keyAt, message: 'key=value is expected here', hint: quoting };
  const reader = readers.get(key);
  if (reader === undefined) return { ok: false, at: keyAt, ...unknownKey(key) };
  const valueAt = at + whole.length;
  pairValue.lastIndex = valueAt;
  const [value, double, single] = pairValue.exec(text) ?? [];
  if (value === undefined) return { ok: false, at: valueAt, message: `a value is missing after "${key}="` };
  const read = reader(double ?? single ?? value);
  return read.ok ? { ...read, key, keyAt, end: valueAt + value.length } : { ...read, at: valueAt };
}

/** Finds where the next pair starts; null when the bracket closes and nothing follows. */
function afterPair(text: string, end: number, open: number): { ok: true; at: number | null } | SpecFault {
  const at = end + (/^\s*/.exec(text.slice(end))?.[0].length ?? 0);
  if (at === text.length) return { ok: false, at: open, message: 'the bracket "[" is not closed' };
  if (text[at] === ',') return { ok: true, at: at + 1 };
  if (text[at] === ']') {
    const rest = text.slice(at + 1).trimStart();
    if (rest === '') return { ok: true, at: null };
    return { ok: false, at: text.length - rest.length, message: `"${rest.trimEnd()}" is not expected after "]"` };
  }
  return at > end ? { ok: true, at } : { ok: false, at, message: '"," or "]" is expected here', hint: quoting };
}

/** How the value of each key is read. */
const readers = new Map<string, (value: string) => FieldsRead>([
  ['version', readVersion],
  ['build', readBuild],
  ['build_number', readBuildNumber],
  ['channel', readChannel],
  ['subdir', (value) => checked({ subdir: value.toLowerCase() }, subdirSchema.safeParse(value.toLowerCase()).success)],
  ['url', readUrl],
  ['fn', (value) => checked({ fileName: value }, /^[^\s/]+$/.test(value))],
  ['md5', (value) => checked({ md5: value.toLowerCase() }, md5Schema.safeParse(value.toLowerCase()).success)],
  ['sha256', (value) => checked({ sha256: value.toLowerCase() }, sha256Schema.safeParse(value.toLowerCase()).success)],
  ['license', (value) => ({ ok: true, fields: { license: value } })],
  ['track_features', (value) => ({ ok: true, fields: { trackFeatures: value.trim().replace(/[\s,]+/g, ' ') } })],
  // CEP 29: a name in brackets never replaces the one before them.
  ['name', (value) => ({ ok: true, fields: {}, name: value.toLowerCase() })],
]);

/** CEPs 43 to 45 define these keys; no solver of ours knows them. */
const unsupportedKeys: ReadonlySet<string> = new Set(['when', 'extras', 'flags']);

function unknownKey(key: string): Pick<SpecFault, 'message' | 'hint'> {
  if (unsupportedKeys.has(key)) return { message: `"${key}" is not supported` };
  const near = didYouMean(key, readers.keys());
  const hint = near === null ? `known are ${[...readers.keys()].join(', ')}` : `did you mean "${near}"?`;
  return { message: `"${key}" is not a key of a MatchSpec`, hint };
}

function checked(fields: Partial<SpecFields>, valid: boolean): FieldsRead {
  const [field = '', value = ''] = Object.entries(fields)[0] ?? [];
  return valid ? { ok: true, fields } : { ok: false, message: `"${value}" is not a ${field}` };
}

function readBuildNumber(value: string): FieldsRead {
  // rattler panics on numbers past 2^64.
  const [, operator, number] = /^(==?|!=|[<>]=?)?\s*(\d{1,15})$/.exec(value.trim()) ?? [];
  if (number === undefined) return { ok: false, message: `"${value}" is not a build number such as 1 or >=1` };
  const op = operator === undefined || operator === '=' ? '==' : operator;
  return { ok: true, fields: { buildNumber: `${op}${Number(number)}` } };
}
