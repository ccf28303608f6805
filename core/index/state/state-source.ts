import type { RecordRun, RecordSource } from '../../forms/form.ts';
import { mapInOrder } from '../map-in-order.ts';
import { decodeSegment } from './decode-segment.ts';
import type { IndexRoot, Segment, StatePlace } from './index-root.ts';
import { readRecords, readSegment } from './segment-store.ts';
import { readSummary } from './segment-summary.ts';

/** Segments under way at once: one is used, one is read meanwhile, and one more hides a bucket's latency. */
const ahead = 3;

/** A state as forms read it: a few segments in memory. */
export function stateSource(place: StatePlace, root: IndexRoot): RecordSource {
  const read = (segment: Segment) => readSegment(place, segment);
  return {
    subdir: place.subdir,
    async *lines(section, only) {
      const segments = root.sections[section].filter((_, number) => only?.has(number) ?? true);
      for await (const bytes of mapInOrder(segments, ahead, read)) yield decodeSegment(bytes);
    },
    summaries: (section, summary) =>
      mapInOrder(root.sections[section], ahead, (segment) => readSummary(place, segment, summary)),
    records: (section) => recordRun(place, root.sections[section]),
  };
}

function recordRun(place: StatePlace, segments: readonly Segment[]): RecordRun {
  const listing = segments.filter(({ listed }) => listed > 0);
  return {
    size: listing.reduce((sum, { records }) => sum + records, 0),
    batches: () => mapInOrder(listing, ahead, (segment) => readRecords(place, segment)),
    async *removed() {
      const withdrawing = segments.filter(({ packages, listed, problems }) => packages > listed + problems);
      for (const segment of withdrawing) {
        for (const { filename, kind } of decodeSegment(await readSegment(place, segment)))
          if (kind === 'withdrawn') yield filename;
      }
    },
  };
}
