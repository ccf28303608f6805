import { type EntrySource, type Section, sections } from '../outputs/entries/entry-source.ts';
import type { IndexEntry } from '../outputs/entries/index-entry.ts';
import { nameOf } from '../outputs/shards/build-shards.ts';
import { sameBytes } from '../ports/byte-source.ts';
import { mapInOrder } from '../store/map-in-order.ts';
import type { Manifest, Segment, StatePlace } from './manifest.ts';
import { readSegment } from './segment-store.ts';
import { stateSource } from './state-source.ts';

export interface ChangedSince {
  /** The names of which a change of state is seen. */
  readonly names: ReadonlySet<string>;
  /** Every entry of those names, and of few others. */
  readonly source: EntrySource;
}

/** Segments read to tell what changed; where more did, making all anew costs little more. About 1,000 entries each. */
const maxSegmentsRead = 40;
/** Enough that a bucket's latency hides. */
const maxSegmentsAtOnce = 8;

/**
 * Which names differ between two states of a subdir, from the segments that only one of them has; null when those are
 * too many.
 *
 * @throws GatehouseError `state.damaged` when a segment cannot be read: those of `before` may be gone
 */
export async function changedSince(place: StatePlace, before: Manifest, after: Manifest): Promise<ChangedSince | null> {
  const differing = sections.map((section) => ({
    gone: without(before.sections[section], after.sections[section]),
    came: without(after.sections[section], before.sections[section]),
  }));
  if (differing.reduce((sum, { gone, came }) => sum + gone.length + came.length, 0) > maxSegmentsRead) return null;
  const names = new Set<string>();
  for (const { gone, came } of differing) {
    for (const name of changedNames(await entriesOf(place, gone), await entriesOf(place, came))) names.add(name);
  }
  const holding = (section: Section) => segmentsHolding(after.sections[section], names);
  const narrowed = { packages: holding('packages'), 'packages.conda': holding('packages.conda') };
  return { names, source: stateSource(place, { ...after, sections: narrowed }) };
}

function without(segments: readonly Segment[], others: readonly Segment[]): Segment[] {
  const known = new Set(others.map(({ sha256 }) => sha256));
  return segments.filter(({ sha256 }) => !known.has(sha256));
}

async function entriesOf(place: StatePlace, segments: readonly Segment[]): Promise<IndexEntry[]> {
  const entries: IndexEntry[] = [];
  const read = mapInOrder(segments, maxSegmentsAtOnce, (segment) => readSegment(place, segment));
  for await (const some of read) entries.push(...some);
  return entries;
}

/** A name's files stand together, from `name-` up to `name.`: `-` and `.` are neighbours, and file names are ASCII. */
function segmentsHolding(segments: readonly Segment[], names: ReadonlySet<string>): Segment[] {
  const wanted = [...names].map((name) => ({ from: `${name}-`, to: `${name}.` }));
  return segments.filter(({ first }, at) => {
    const end = segments[at + 1]?.first;
    return wanted.some(({ from, to }) => first < to && (end === undefined || from < end));
  });
}

/**
 * The names whose shards, or part of channeldata, a change of entries touches: those of entries that are on one side only,
 * or differ.
 *
 * @param before entries of the segments that went
 * @param after entries of the segments that came
 */
export function changedNames(before: readonly IndexEntry[], after: readonly IndexEntry[]): Set<string> {
  const was = new Map(before.map((entry) => [entry.filename, entry]));
  const names = new Set<string>();
  for (const entry of after) {
    const old = was.get(entry.filename);
    was.delete(entry.filename);
    const isSame =
      old !== undefined &&
      old.kind === entry.kind &&
      sameBytes(old.record, entry.record) &&
      sameBytes(old.runExports, entry.runExports) &&
      sameBytes(old.facts, entry.facts);
    if (!isSame) names.add(nameOf(entry.filename));
  }
  for (const filename of was.keys()) names.add(nameOf(filename));
  return names;
}
