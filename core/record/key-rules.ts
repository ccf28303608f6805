import { z } from 'zod';
import { md5Schema, sha256Schema } from '../names/digest.ts';
import { plainDependency } from './plain-dependency.ts';
import { readableRunExports } from './readable-run-exports.ts';
import { lastTimestampSecond, timestampMs } from './timestamp-ms.ts';

/** Says why a part of a value is left out, as a sentence fragment. */
type LeaveOut = (why: string) => void;

/** A key's value as every reader takes it; undefined where all of it is left out. */
type KeyRule = (value: unknown, leaveOut: LeaveOut) => unknown;

const text: KeyRule = (value) => (typeof value === 'string' ? value : undefined);
const wholeNumber: KeyRule = (value) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
const of =
  (schema: z.ZodType): KeyRule =>
  (value) =>
    schema.safeParse(value).data;
/** A text of these, in whatever case. */
const lower =
  (schema: z.ZodType): KeyRule =>
  (value) =>
    typeof value === 'string' ? schema.safeParse(value.toLowerCase()).data : undefined;
const texts = z.array(z.string());

/** conda calls the value nullable, and to rattler it is an Option: a null is left as it is. */
const orNull =
  (rule: KeyRule): KeyRule =>
  (value, leaveOut) =>
    value === null ? null : rule(value, leaveOut);

const noarchKind = lower(z.enum(['generic', 'python']));

/** A package is told by the value: one that is none stays and refuses the record, or other bytes would do. */
const orRefused =
  (rule: KeyRule): KeyRule =>
  (value, leaveOut) =>
    value === null ? undefined : (rule(value, leaveOut) ?? value);

/** What a client knows from the place it found the record at: a record's own would send it elsewhere. */
export const placeKeys: ReadonlySet<string> = new Set(['channel', 'filename', 'fn', 'schannel', 'url']);

/**
 * The keys that some reader of repodata takes a value of, and what it takes: conda's `PackageRecord`
 * (conda/models/records.py), libmamba's `set_solvable` (libmamba/src/solver/libsolv/helpers.cpp), libsolv's
 * `parse_package` (ext/repo_conda.c) and rattler's `PackageRecord` (crates/rattler_conda_types/src/repo_data/mod.rs),
 * which refuses every record of a name for one value of another type.
 */
export const keyRules: ReadonlyMap<string, KeyRule> = new Map<string, KeyRule>([
  ['arch', orNull(text)],
  ['constrains', constrains],
  ['date', text],
  ['depends', orRefused(depends)],
  ['extra_depends', extraDepends],
  [
    'features',
    (value, leaveOut) => text(value, leaveOut) ?? of(texts.transform((all) => all.join(' ')))(value, leaveOut),
  ],
  ['flags', of(texts)],
  ['indexed_timestamp', wholeNumber],
  ['legacy_bz2_md5', orNull(lower(md5Schema))],
  ['legacy_bz2_size', orNull(wholeNumber)],
  ['license', orNull(text)],
  ['license_family', orNull(text)],
  ['md5', orRefused(lower(md5Schema))],
  // Another text makes conda say that it is too old for the package.
  ['noarch', (value, leaveOut) => (typeof value === 'boolean' ? value : noarchKind(value, leaveOut))],
  ['package_type', orNull(of(z.enum(['noarch_generic', 'noarch_python'])))],
  ['platform', orNull(text)],
  ['preferred_env', orNull(text)],
  ['purls', purls],
  ['python_site_packages_path', orNull(text)],
  ['record_version', wholeNumber],
  // libsolv adds these to `depends`, and the others do not look at them.
  ['requires', of(z.tuple([]))],
  ['run_exports', readableRunExports],
  ['sha256', orRefused(lower(sha256Schema))],
  ['subdir', text],
  ['timestamp', timestamp],
  ['track_features', trackFeatures],
  ...[...placeKeys].map((key): [string, KeyRule] => [key, () => undefined]),
]);

/** A dependency that has no spelling for all stays, for without it the package would break: `recordFault` names it. */
function depends(value: unknown): unknown {
  const list = listed(value);
  return list?.map((one) => (typeof one === 'string' ? (plainDependency(one) ?? one) : one));
}

/** A constraint that has no spelling for all is left out, as libmamba does with one that it cannot read. */
function constrains(value: unknown, leaveOut: LeaveOut): unknown {
  return listed(value)?.flatMap((one) => {
    const plain = typeof one === 'string' ? plainDependency(one) : null;
    if (plain === null) leaveOut(`${JSON.stringify(one)} is no constraint that all clients read alike`);
    return plain ?? [];
  });
}

/** Dependencies by the extra that asks for them: rattler excludes a package for one that it cannot parse. */
function extraDepends(value: unknown, leaveOut: LeaveOut): unknown {
  const extras = z.record(z.string(), texts).safeParse(value).data;
  if (extras === undefined) return undefined;
  const plain = Object.entries(extras).map(([extra, list]) => [extra, list.map(plainDependency)] as const);
  for (const [extra, list] of plain) {
    if (list.includes(null)) leaveOut(`${JSON.stringify(extra)} has a dependency that not all clients read alike`);
  }
  return Object.fromEntries(plain.filter(([, list]) => !list.includes(null)));
}

function listed(value: unknown): readonly unknown[] | undefined {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value : undefined;
}

/** Milliseconds since the epoch: the end of year 9999, less the day that rattler's calendar (jiff) lacks. */
const maxTimestampMs = 253_402_207_200_999;

function timestamp(value: unknown): unknown {
  if (typeof value !== 'number' || value < 0) return undefined;
  // A fraction of seconds becomes milliseconds, unless those would be read as seconds.
  const ms = Math.trunc(timestampMs(value));
  if (ms > maxTimestampMs) return undefined;
  return Number.isInteger(value) || ms <= lastTimestampSecond ? Math.trunc(value) : ms;
}

/** rattler splits a text at each space and comma, counts empty words, and puts a package with any word behind all others. */
const readableFeatures = /^[^\s,]+(?:[ ,][^\s,]+)*$/;

function trackFeatures(value: unknown): unknown {
  if (typeof value === 'string' && readableFeatures.test(value)) return value;
  const all = texts.safeParse(listed(value)).data ?? [];
  const words = all.flatMap((one) => one.split(/[\s,]+/)).filter((word) => word !== '');
  if (words.length === 0) return undefined;
  return typeof value === 'string' ? words.join(' ') : words;
}

const part = '(?:[A-Za-z0-9._~+-]|%[2-7][0-9A-Fa-f])+';
/** `pkg:type/namespace/name@version?key=value` (https://github.com/package-url/purl-spec), as far as all parsers agree. */
const purl = new RegExp(`^pkg:[A-Za-z][A-Za-z0-9.+-]*(?:/${part})+(?:@${part})?(?:\\?[a-z][a-z0-9._-]*=${part})?$`);

/** A list of none says that a package has none in other ecosystems: it stays. */
function purls(value: unknown, leaveOut: LeaveOut): unknown {
  if (!Array.isArray(value)) return undefined;
  return value.filter((one) => {
    const isOne = typeof one === 'string' && purl.test(one);
    if (!isOne) leaveOut(`${JSON.stringify(one)} is no package URL`);
    return isOne;
  });
}
