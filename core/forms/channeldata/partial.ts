import { z } from 'zod';
import { channelFields, channelFlags } from '../channel-facts.ts';
import { compareVersionTexts } from '../version-texts.ts';

const flags = z.array(z.enum(channelFlags));

/** The version and timestamp of the package that a field's value is from. */
const heldSchema = z.tuple([z.string(), z.number(), z.unknown()]);
type Held = z.infer<typeof heldSchema>;

/** A version's newest build: its timestamp, its flags, and its run_exports or null. */
const buildSchema = z.tuple([z.number(), flags, z.unknown()]);
type Build = z.infer<typeof buildSchema>;

const namePartialSchema = z.strictObject({
  /** The greatest of all its records. Timestamps are milliseconds. */
  timestamp: z.number(),
  fields: z.partialRecord(z.enum(channelFields), heldSchema),
  versions: z.record(z.string(), buildSchema),
});
/** What some packages of one name and subdir add to `channeldata.json`. */
export type NamePartial = z.infer<typeof namePartialSchema>;

export const partialsSchema = z.record(z.string(), namePartialSchema);

/**
 * Two parts as one: for each field the value of the newest version that has it, for each version its newest build.
 * Where neither is newer `a` stays.
 */
export function mergePartials(a: NamePartial, b: NamePartial): NamePartial {
  return {
    timestamp: Math.max(a.timestamp, b.timestamp),
    fields: mergeFields(a.fields, b.fields),
    versions: mergeMaps(a.versions, b.versions, (x, y) => (y[0] > x[0] ? y : x)),
  };
}

/** By {@link mergePartials}' rule. */
export function mergeFields(a: NamePartial['fields'], b: NamePartial['fields']): NamePartial['fields'] {
  const fields = { ...a };
  for (const field of channelFields) {
    const [x, y] = [a[field], b[field]];
    if (y !== undefined && (x === undefined || isNewer(y, x))) fields[field] = y;
  }
  return fields;
}

function mergeMaps(a: Record<string, Build>, b: Record<string, Build>, merge: (x: Build, y: Build) => Build) {
  const merged = { ...a };
  for (const [version, build] of Object.entries(b)) {
    const other = merged[version];
    merged[version] = other === undefined ? build : merge(other, build);
  }
  return merged;
}

/** A total order, so that it does not matter how the parts were cut. */
const isNewer = ([a, when]: Held, [b, then]: Held): boolean => (compareVersionTexts(a, b) || when - then) > 0;
