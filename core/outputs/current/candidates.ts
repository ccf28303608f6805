import { Buffer } from 'node:buffer';
import { z } from 'zod';
import { canonicalJson } from '../../json/json.ts';
import { packageFileParts } from '../../names/package-file-name.ts';
import { matcherWithin, newestOf } from '../../names/version/version-texts.ts';
import type { Summary } from '../entries/entry-source.ts';
import { type IndexEntry, parsePart } from '../entries/index-entry.ts';
import { runOfMembers } from '../entries/write-document.ts';

interface Package {
  readonly filename: string;
  readonly version: string;
  readonly build: string;
  readonly buildNumber: number;
  /** Whether it tracks or has features. */
  readonly featured: boolean;
}

/** A listed package as the choice of the newest needs it. */
export interface Known extends Package {
  /** As the record has it; 0 when it has none. */
  readonly timestamp: number;
  readonly depends: readonly string[];
}

const recordSchema = z.looseObject({
  build_number: z.number().default(0),
  timestamp: z.number().default(0),
  depends: z.array(z.string()).default([]),
  track_features: z.unknown().optional(),
  features: z.unknown().optional(),
});

export function knownOf({ filename, record }: IndexEntry): Known {
  const { build_number, timestamp, depends, track_features, features } = parsePart(record, recordSchema, filename);
  const featured = hasAny(track_features) || hasAny(features);
  const { version, build } = packageFileParts(filename);
  return { filename, version, build, buildNumber: build_number, timestamp, featured, depends };
}

/** Whether there is a feature: features are a list or one text. */
const hasAny = (features: unknown): boolean => (Array.isArray(features) ? features.length > 0 : Boolean(features));

/** The packages that conda sees: `.conda` first, and no `.tar.bz2` whose `.conda` is there. */
export function withoutOtherFormat<T extends { readonly filename: string }>(packages: readonly T[]): readonly T[] {
  if (packages.length < 2) return packages;
  const conda = packages.filter(({ filename }) => filename.endsWith('.conda'));
  const stems = new Set(conda.map(({ filename }) => packageFileParts(filename).stem));
  const isAlone = (filename: string) => !stems.has(packageFileParts(filename).stem);
  const legacy = packages.filter(({ filename }) => filename.endsWith('.tar.bz2') && isAlone(filename));
  return [...conda, ...legacy];
}

/** A listed package that may be the newest of its name, as far as its own batch can tell. */
export interface NewestCandidate extends Package {
  /** Its `depends` as they stand in JSON, without quotes and with a TAB between any two. */
  readonly depends: string;
  /** Where its record is in the summary. */
  readonly start: number;
  readonly end: number;
}

/**
 * What `current_repodata.json` needs of most batches: the records of the candidates as they stand in `repodata.json`,
 * then NEWLINE, then a row each: `filename TAB build number TAB 0 or 1 for features TAB bytes of the record`, and a TAB
 * and a dependency for each. The row of a withdrawn package is its file name alone.
 */
export const candidatesSummary: Summary = {
  name: 'current-2',
  of(entries) {
    const candidates = candidatesOf(entries);
    const rows = entries.flatMap((entry) => {
      if (entry.kind === 'withdrawn') return [entry.filename];
      if (!candidates.has(entry)) return [];
      const { buildNumber, featured, depends } = knownOf(entry);
      const specs = depends.map((spec) => canonicalJson(spec).slice(1, -1));
      return [[entry.filename, buildNumber, Number(featured), entry.record.length, ...specs].join('\t')];
    });
    const records = runOfMembers([...candidates].map(({ filename, record }) => ({ filename, json: record })));
    return Buffer.concat([records, Buffer.from(`\n${rows.join('\n')}`, 'latin1')]);
  },
};

function candidatesOf(entries: readonly IndexEntry[]): ReadonlySet<IndexEntry> {
  const listed = entries
    .filter(({ kind }) => kind === 'listed')
    .map((entry) => ({ entry, ...packageFileParts(entry.filename) }));
  const chosen = new Set<IndexEntry>();
  for (const same of Map.groupBy(listed, ({ name }) => name).values()) {
    const isWithin = matcherWithin(newestOf(same.map(({ version }) => version)));
    // A version with letters may be a pre-release of a newer one in another batch, and chosen with it.
    for (const { entry, version } of same) if (isWithin(version) || /[a-z_]/i.test(version)) chosen.add(entry);
  }
  return new Set(entries.filter((entry) => chosen.has(entry)));
}

/** What `candidatesSummary` wrote, in order of file name. */
export function readCandidates(summary: Uint8Array): {
  readonly candidates: NewestCandidate[];
  readonly removed: string[];
} {
  const buffer = Buffer.from(summary.buffer, summary.byteOffset, summary.length);
  const rows = buffer.toString('latin1', buffer.indexOf(0x0a) + 1);
  const candidates: NewestCandidate[] = [];
  const removed: string[] = [];
  let member = 0;
  for (const row of rows === '' ? [] : rows.split('\n')) {
    const candidate = readRow(row, member);
    if (candidate === null) removed.push(row);
    else {
      candidates.push(candidate);
      member = candidate.end + ','.length;
    }
  }
  return { candidates, removed };
}

/** By the places of its tabs: a regular expression takes twice as long, and a large subdir has a million rows. */
function readRow(row: string, member: number): NewestCandidate | null {
  const a = row.indexOf('\t');
  if (a === -1) return null;
  const b = row.indexOf('\t', a + 1);
  const c = row.indexOf('\t', b + 1);
  const d = row.indexOf('\t', c + 1);
  const filename = row.slice(0, a);
  const { version, build } = packageFileParts(filename);
  const start = member + filename.length + '"":'.length;
  return {
    filename,
    version,
    build,
    buildNumber: Number(row.slice(a + 1, b)),
    featured: row.slice(b + 1, c) === '1',
    start,
    end: start + Number(d === -1 ? row.slice(c + 1) : row.slice(c + 1, d)),
    depends: d === -1 ? '' : row.slice(d + 1),
  };
}
