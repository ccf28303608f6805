import { didYouMean } from '../did-you-mean.ts';
import { md5Schema, sha256Schema } from '../digest.ts';
import { subdirSchema } from '../subdir.ts';
import { readChannel } from './read-channel.ts';
import { readUrl } from './read-url.ts';
import { readBuild, readVersion } from './read-version-and-build.ts';
import type { FieldsRead, SpecFields } from './spec-fields.ts';

/** Reads the value of one key in brackets. */
type FieldReader = (value: string) => FieldsRead;

type Found =
  | { readonly ok: true; readonly read: FieldReader }
  | { readonly ok: false; readonly message: string; readonly hint?: string };

const readers: ReadonlyMap<string, FieldReader> = new Map<string, FieldReader>([
  ['version', readVersion],
  ['build', readBuild],
  ['build_number', readBuildNumber],
  ['channel', readChannel],
  ['subdir', (value) => checked({ subdir: value.toLowerCase() }, subdirSchema.safeParse(value.toLowerCase()).success)],
  ['url', readUrl],
  ['fn', (value) => checked({ fileName: value }, /^[^\s/]+$/.test(value))],
  ['md5', (value) => checked({ md5: value.toLowerCase() }, md5Schema.safeParse(value.toLowerCase()).success)],
  ['sha256', (value) => checked({ sha256: value.toLowerCase() }, sha256Schema.safeParse(value.toLowerCase()).success)],
  ['license', (value) => checked({ license: value }, true)],
  [
    'track_features',
    (value) =>
      checked(
        {
          trackFeatures: value
            .trim()
            .split(/[\s,]+/)
            .join(' '),
        },
        true,
      ),
  ],
  // CEP 29: a name in brackets never replaces the one before them.
  ['name', (value) => ({ ok: true, fields: {}, name: value.toLowerCase() })],
]);

/** Keys of CEPs 43 to 45, for solvers other than ours. */
const unsupported: ReadonlySet<string> = new Set(['when', 'extras', 'flags']);

/** What reads the value of a key, or what is wrong with the key. */
export function fieldReader(key: string): Found {
  const read = readers.get(key);
  if (read !== undefined) return { ok: true, read };
  if (unsupported.has(key)) return { ok: false, message: `"${key}" is not supported` };
  const near = didYouMean(key, readers.keys());
  const hint = near === null ? `known are ${[...readers.keys()].join(', ')}` : `did you mean "${near}"?`;
  return { ok: false, message: `"${key}" is not a key of a MatchSpec`, hint };
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
