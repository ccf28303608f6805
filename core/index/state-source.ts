import { parseJson } from '../json/json.ts';
import type { PackageFileName } from '../names/package-file-name.ts';
import type { Subdir } from '../names/subdir.ts';
import { type EntrySource, type RecordSource, sectionOf, sections } from '../outputs/entries/entry-source.ts';
import type { IndexEntry } from '../outputs/entries/index-entry.ts';
import { type Problem, problemSchema } from '../problems/problem.ts';
import { mapInOrder } from '../store/map-in-order.ts';
import type { Manifest, Segment, StatePlace } from './manifest.ts';
import { readRecords, readSegment, readSummary } from './segment-store.ts';

/** Segments under way at once: one is used, one is read meanwhile, and one more hides a bucket's latency. */
const maxSegmentsAtOnce = 3;

/** A state as index files read it: a few segments in memory. Reading it throws `state.damaged` for a damaged segment. */
export function stateSource(place: StatePlace, manifest: Manifest): RecordSource {
  return {
    subdir: place.subdir,
    entries(section, only) {
      const segments = manifest.sections[section].filter((_, number) => only?.has(number) ?? true);
      return mapInOrder(segments, maxSegmentsAtOnce, (segment) => readSegment(place, segment));
    },
    summaries: (section, summary) =>
      mapInOrder(manifest.sections[section], maxSegmentsAtOnce, (segment) => readSummary(place, segment, summary)),
    records(section) {
      const segments = manifest.sections[section];
      const listing = segments.filter(({ listed }) => listed > 0);
      return {
        size: listing.reduce((sum, { records }) => sum + records, 0),
        batches: () => mapInOrder(listing, maxSegmentsAtOnce, (segment) => readRecords(place, segment)),
        removed: () => withdrawnNames(place, segments),
      };
    },
  };
}

async function* withdrawnNames(place: StatePlace, segments: readonly Segment[]): AsyncGenerator<PackageFileName> {
  for (const segment of segments.filter(holdsWithdrawn)) {
    for (const { filename, kind } of await readSegment(place, segment)) if (kind === 'withdrawn') yield filename;
  }
}

/** Whether a segment need be read for withdrawn packages. */
export const holdsWithdrawn = ({ packages, listed, problems }: Segment): boolean => packages > listed + problems;

/** Entries in memory as index files read them. */
export const entriesSource = (subdir: Subdir, entries: readonly IndexEntry[]): EntrySource => ({
  subdir,
  async *entries(section, only) {
    if (only?.has(0) ?? true) yield entries.filter(({ filename }) => sectionOf(filename) === section);
  },
});

/** How many packages the index of a state lists. */
export function listedIn(manifest: Manifest): number {
  const segments = sections.flatMap((section) => manifest.sections[section]);
  return segments.reduce((sum, { listed }) => sum + listed, 0);
}

/** What is wrong with packages, as noted when they were read; only segments that hold such a note are read. */
export async function packageProblems(place: StatePlace, manifest: Manifest): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const segment of sections.flatMap((section) => manifest.sections[section])) {
    if (segment.problems === 0) continue;
    const noted = (await readSegment(place, segment)).filter(({ kind }) => kind === 'problem');
    for (const { record } of noted) {
      const json = Buffer.from(record).toString('latin1');
      problems.push(parseJson(json, problemSchema, 'a problem in the index state'));
    }
  }
  return problems;
}
