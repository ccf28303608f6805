import type { RecordRun, RecordSource } from '../../forms/form.ts';
import { mapInOrder } from '../map-in-order.ts';
import { decodeSegment, recordsOf } from './decode-segment.ts';
import type { IndexRoot, Segment, StatePlace } from './index-root.ts';
import { readSegment } from './segment-store.ts';
import { readSummary } from './segment-summary.ts';

/** Segments under way at once: one is used, one is read meanwhile, and one more hides a bucket's latency. */
const ahead = 3;

/** A state as forms read it: a few segments in memory. */
export function stateSource(place: StatePlace, root: IndexRoot): RecordSource {
  const read = (segment: Segment) => readSegment(place, segment);
  return {
    subdir: place.subdir,
    async *lines(section) {
      for await (const bytes of mapInOrder(root.sections[section], ahead, read)) yield decodeSegment(bytes);
    },
    summaries: (section, summary) =>
      mapInOrder(root.sections[section], ahead, (segment) => readSummary(place, segment, summary)),
    records: (section) => recordRun(root.sections[section], read),
  };
}

function recordRun(segments: readonly Segment[], read: (segment: Segment) => Promise<Uint8Array>): RecordRun {
  const listing = segments.filter(({ listed }) => listed > 0);
  return {
    size: listing.reduce((sum, { records }) => sum + records, 0),
    batches: () => mapInOrder(listing, ahead, async (segment) => recordsOf(await read(segment))),
    async *removed() {
      const withdrawing = segments.filter(({ packages, listed, problems }) => packages > listed + problems);
      for (const segment of withdrawing) {
        for (const { filename, kind } of decodeSegment(await read(segment))) if (kind === 'withdrawn') yield filename;
      }
    },
  };
}
