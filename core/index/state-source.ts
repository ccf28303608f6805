import type { Subdir } from '../names/subdir.ts';
import { type EntrySource, type RecordSource, sectionOf, sections } from '../outputs/entries/entry-source.ts';
import { type IndexEntry, parsePart } from '../outputs/entries/index-entry.ts';
import { type Problem, problemSchema } from '../problems/problem.ts';
import { mapInOrder } from '../store/map-in-order.ts';
import type { Manifest, Segment, StatePlace } from './manifest.ts';
import { readRecords, readSegment, readSummary } from './segment-store.ts';

/** Segments under way at once: enough that a bucket's latency hides. About 1 MB each. */
const maxSegmentsAtOnce = 16;

/** A state as index files read it: 16 segments in memory. Reading it throws `state.damaged` for a damaged segment. */
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
        withdrawn: () => withdrawnEntries(place, segments),
      };
    },
  };
}

/** The entries of withdrawn packages; only segments that hold such entries are read. */
export async function* withdrawnEntries(
  place: StatePlace,
  segments: readonly Segment[],
): AsyncGenerator<IndexEntry, void, void> {
  const holding = segments.filter(({ packages, listed, problems }) => packages > listed + problems);
  const read = mapInOrder(holding, maxSegmentsAtOnce, (segment) => readSegment(place, segment));
  for await (const entries of read) yield* entries.filter(({ kind }) => kind === 'withdrawn');
}

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
  const segments = sections.flatMap((section) => manifest.sections[section]);
  const holding = segments.filter((segment) => segment.problems > 0);
  for await (const entries of mapInOrder(holding, maxSegmentsAtOnce, (segment) => readSegment(place, segment))) {
    for (const { kind, record } of entries) {
      if (kind === 'problem') problems.push(parsePart(record, problemSchema, 'a problem in the index state'));
    }
  }
  return problems;
}
