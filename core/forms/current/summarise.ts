import { Buffer } from 'node:buffer';
import { z } from 'zod';
import type { IndexLine } from '../../index/state/index-line.ts';
import { canonicalJson, parseJson } from '../../json.ts';
import { packageFileParts } from '../../package-file-name.ts';
import type { Summary } from '../form.ts';
import { matcherWithin, newestOf } from '../version-texts.ts';

/** A listed package as the choice of the newest needs it. */
export interface Known {
  readonly filename: string;
  readonly version: string;
  readonly build: string;
  readonly buildNumber: number;
  /** As the record has it; 0 when it has none. */
  readonly timestamp: number;
  /** Whether it tracks or has features. */
  readonly featured: boolean;
}

/** One name of a batch: its packages, one row each, and the `depends` of those that may be the newest, by version. */
const nameSummarySchema = z.strictObject({
  rows: z.string(),
  depends: z.record(z.string(), z.array(z.string())),
});
type NameSummary = z.infer<typeof nameSummarySchema>;
const summarySchema = z.record(z.string(), nameSummarySchema);

const recordSchema = z.looseObject({
  build_number: z.number().default(0),
  timestamp: z.number().default(0),
  depends: z.array(z.string()).default([]),
  track_features: z.unknown().optional(),
  features: z.unknown().optional(),
});

interface Entry extends Known {
  readonly depends: string[];
}

/** What `current_repodata.json` is chosen by, without the records themselves. */
export const currentSummary: Summary = {
  name: 'current-1',
  of(lines) {
    const names = Map.groupBy(lines.filter(({ kind }) => kind === 'listed').map(entryOf), ({ name }) => name);
    const summaries = [...names].map(([name, entries]) => [name, summaryOf(entries)] as const);
    return Buffer.from(canonicalJson(Object.fromEntries(summaries)), 'latin1');
  },
};

function entryOf({ filename, record }: IndexLine): Entry & { readonly name: string } {
  const text = Buffer.from(record.buffer, record.byteOffset, record.length).toString('latin1');
  const { build_number, timestamp, depends, track_features, features } = parseJson(text, recordSchema, filename);
  const { name, version, build } = packageFileParts(filename);
  const featured = hasAny(track_features) || hasAny(features);
  return { name, filename, version, build, buildNumber: build_number, timestamp, featured, depends };
}

/** Features are a list or one text. */
const hasAny = (features: unknown): boolean => (Array.isArray(features) ? features.length > 0 : Boolean(features));

function summaryOf(entries: readonly Entry[]): NameSummary {
  const rows = entries.map(({ filename, buildNumber, timestamp, featured }) =>
    [filename, buildNumber, timestamp, Number(featured)].join(' '),
  );
  const isWithin = matcherWithin(newestOf(entries.map(({ version }) => version)));
  // A version with letters may be a pre-release of a newer one in another batch, and chosen with it.
  const candidates = entries.filter(({ version }) => isWithin(version) || /[a-z_]/i.test(version));
  const depends: NameSummary['depends'] = {};
  for (const [version, same] of Map.groupBy(candidates, (entry) => entry.version)) {
    depends[version] = [...new Set(same.flatMap((entry) => entry.depends))];
  }
  return { rows: rows.join('\n'), depends };
}

export interface ReadName {
  readonly known: readonly Known[];
  /** Version -> the distinct `depends` of its packages; at least of those versions that may be the newest. */
  readonly depends: ReadonlyMap<string, readonly string[]>;
}

/** A summary as `currentSummary` wrote it, by name. */
export function readSummary(bytes: Uint8Array): [name: string, read: ReadName][] {
  const summary = parseJson(Buffer.from(bytes).toString('latin1'), summarySchema, 'a summary of current_repodata');
  return Object.entries(summary).map(([name, { rows, depends }]) => [
    name,
    { known: rows.split('\n').map(readRow), depends: new Map(Object.entries(depends)) },
  ]);
}

function readRow(row: string): Known {
  const [filename = '', buildNumber, timestamp, featured] = row.split(' ');
  const stem = stemOf(filename);
  const last = stem.lastIndexOf('-');
  const version = stem.slice(stem.lastIndexOf('-', last - 1) + 1, last);
  const numbers = { buildNumber: Number(buildNumber), timestamp: Number(timestamp) };
  return { filename, version, build: stem.slice(last + 1), ...numbers, featured: featured === '1' };
}

/** `name-version-build` of a valid file name. */
export const stemOf = (filename: string): string =>
  filename.slice(0, filename.endsWith('.conda') ? -'.conda'.length : -'.tar.bz2'.length);
