import { Buffer } from 'node:buffer';
import { z } from 'zod';
import { canonicalJson, compareCodePoints } from '../json/json.ts';
import type { Subdir } from '../names/subdir.ts';
import { compareVersionTexts, newestOf } from '../names/version/version-texts.ts';
import { timestampMs } from '../record/timestamp-ms.ts';
import { channelFields, channelFlags, isTrue, readFacts } from './entries/channel-facts.ts';
import { type EntrySource, type OutputBytes, type Summary, summariesOf } from './entries/entry-source.ts';
import { type IndexEntry, jsonPart, parsePart } from './entries/index-entry.ts';

/** One name over all subdirs. */
interface Entry {
  fields: NamePartial['fields'];
  flags: Set<string>;
  runExports: Record<string, unknown>;
  subdirs: Subdir[];
  /** Milliseconds. */
  timestamp: number;
  version: string;
}

/**
 * `channeldata.json` (CEP 38): for each name what its newest packages say, which flags any version has, and the
 * run_exports of each version. Unlike conda-index's it depends on nothing but the packages there are: not on an older
 * file, nor on the order in which versions are met.
 */
export async function* channeldata(sources: readonly EntrySource[]): OutputBytes {
  const entries = new Map<string, Entry>();
  const ordered = [...sources].sort((a, b) => compareCodePoints(a.subdir, b.subdir));
  for (const source of ordered) {
    for (const [name, partial] of await readSubdir(source))
      addSubdir(entries, name, { partial, subdir: source.subdir });
  }
  const names = [...entries].sort(([a], [b]) => compareCodePoints(a, b));
  yield Buffer.from('{"channeldata_version":1,"packages":{');
  for (const [at, [name, entry]] of names.entries()) {
    yield Buffer.from(`${at === 0 ? '' : ','}"${name}":${canonicalJson(shown(entry))}`, 'latin1');
  }
  // With a newline at its end, as conda-index writes this one file.
  yield Buffer.from(`},"subdirs":${canonicalJson(ordered.map(({ subdir }) => subdir))}}\n`);
}

/** One subdir's parts, by name. `.conda` is read first: of two builds of the same time, its word counts. */
async function readSubdir(source: EntrySource): Promise<Map<string, NamePartial>> {
  const names = new Map<string, NamePartial>();
  for (const section of ['packages.conda', 'packages'] as const) {
    for await (const summary of summariesOf(source, section, channeldataSummary)) {
      const partials = parsePart(summary, partialsSchema, 'a summary of channeldata');
      for (const [name, partial] of Object.entries(partials)) names.set(name, mergePartials(names.get(name), partial));
    }
  }
  return names;
}

function addSubdir(
  entries: Map<string, Entry>,
  name: string,
  { partial, subdir }: { partial: NamePartial; subdir: Subdir },
): void {
  const empty = { fields: {}, flags: new Set<string>(), runExports: {}, subdirs: [], timestamp: 0, version: '' };
  const entry: Entry = entries.get(name) ?? empty;
  entries.set(name, entry);
  entry.fields = mergeFields(entry.fields, partial.fields);
  entry.subdirs.push(subdir);
  entry.timestamp = Math.max(entry.timestamp, partial.timestamp);
  // The newest of equal versions (`1.0`, `1.0.0`) is the first by code point.
  const versions = [entry.version, ...Object.keys(partial.versions)].filter((version) => version !== '');
  entry.version = newestOf(versions.sort(compareCodePoints));
  for (const [version, [, flags, runExports]] of Object.entries(partial.versions)) {
    for (const flag of flags) entry.flags.add(flag);
    if (runExports !== null) entry.runExports[version] = runExports;
  }
}

function shown({ fields, flags, runExports, subdirs, timestamp, version }: Entry): Record<string, unknown> {
  const values = Object.entries(fields).map(([field, held]) => [field, held?.[2]] as const);
  return {
    ...Object.fromEntries(values),
    ...Object.fromEntries(channelFlags.map((flag) => [flag, flags.has(flag)] as const)),
    run_exports: runExports,
    subdirs,
    timestamp: Math.floor(timestamp / 1000),
    version,
  };
}

/** The version and timestamp of the package that a field's value is from. */
type Held = readonly [version: string, timestamp: number, value: unknown];

/** A version's newest build: its timestamp, its flags, and its run_exports or null. */
type Build = readonly [timestamp: number, flags: readonly (typeof channelFlags)[number][], runExports: unknown];

/** What some packages of one name and subdir add to `channeldata.json`. */
export interface NamePartial {
  /** The greatest of all its records. Timestamps are milliseconds. */
  readonly timestamp: number;
  readonly fields: Partial<Record<(typeof channelFields)[number], Held>>;
  readonly versions: Readonly<Record<string, Build>>;
}

/** Our own summary, held against its hash: a schema of its fields would only walk it again. */
const partialsSchema = z.custom<Readonly<Record<string, NamePartial>>>(
  (value) => typeof value === 'object' && value !== null,
);

/**
 * Two parts as one: for each field the value of the newest version that has it, for each version its newest build.
 * Where neither is newer `a` stays; without an `a` it is `b`.
 */
export function mergePartials(a: NamePartial | undefined, b: NamePartial): NamePartial {
  if (a === undefined) return b;
  const versions = { ...a.versions };
  for (const [version, build] of Object.entries(b.versions)) {
    const other = versions[version];
    if (other === undefined || build[0] > other[0]) versions[version] = build;
  }
  return { timestamp: Math.max(a.timestamp, b.timestamp), fields: mergeFields(a.fields, b.fields), versions };
}

/** Fields of two parts, by the rule of {@link mergePartials}. */
function mergeFields(a: NamePartial['fields'], b: NamePartial['fields']): NamePartial['fields'] {
  const fields = { ...a };
  for (const field of channelFields) {
    const [x, y] = [a[field], b[field]];
    // A total order, so that it does not matter how the parts were cut.
    const isNewer = y !== undefined && (x === undefined || (compareVersionTexts(y[0], x[0]) || y[1] - x[1]) > 0);
    if (isNewer) fields[field] = y;
  }
  return fields;
}

/** What the listed packages of a batch add to `channeldata.json`, by name. */
const channeldataSummary: Summary = {
  name: 'channeldata-1',
  of(entries) {
    const names = new Map<string, NamePartial>();
    for (const entry of entries) {
      if (entry.kind !== 'listed') continue;
      const { name, partial } = partialOf(entry);
      names.set(name, mergePartials(names.get(name), partial));
    }
    return jsonPart(Object.fromEntries(names));
  },
};

const recordSchema = z.looseObject({ name: z.string(), version: z.string(), timestamp: z.number().default(0) });

function partialOf(entry: IndexEntry): { name: string; partial: NamePartial } {
  const record = parsePart(entry.record, recordSchema, entry.filename);
  const { about, flags } = readFacts(entry.facts);
  const runExports = parsePart(entry.runExports, z.unknown(), entry.filename);
  const { name, version } = record;
  const timestamp = timestampMs(record.timestamp);
  // The record has the last word, as it may be patched.
  const said: Readonly<Record<string, unknown>> = { ...about, ...record };
  const fields: NamePartial['fields'] = {};
  for (const field of channelFields) {
    if (isTrue(said[field])) fields[field] = [version, timestamp, said[field]];
  }
  const build: Build = [timestamp, flags, isTrue(runExports) ? runExports : null];
  return { name, partial: { timestamp, fields, versions: { [version]: build } } };
}
