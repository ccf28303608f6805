import { z } from 'zod';
import { compareVersionTexts } from '../../names/version/version-texts.ts';
import { timestampMs } from '../../record/timestamp-ms.ts';
import { channelFields, type channelFlags, isTrue, readFacts } from '../entries/channel-facts.ts';
import type { Summary } from '../entries/entry-source.ts';
import { type IndexEntry, jsonPart, parsePart } from '../entries/index-entry.ts';

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
export function mergeFields(a: NamePartial['fields'], b: NamePartial['fields']): NamePartial['fields'] {
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
export const channeldataSummary: Summary = {
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

/** Our own summary, held against its hash: a schema of its fields would only walk it again. */
const partialsSchema = z.custom<Readonly<Record<string, NamePartial>>>(
  (value) => typeof value === 'object' && value !== null,
);

/** What {@link channeldataSummary} wrote. */
export const readPartials = (summary: Uint8Array): [name: string, partial: NamePartial][] =>
  Object.entries(parsePart(summary, partialsSchema, 'a summary of channeldata'));

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
