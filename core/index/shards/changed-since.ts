import { type FormSource, type Section, sections } from '../../forms/form.ts';
import { changedNames } from '../../forms/shards/changed-names.ts';
import { decodeSegment } from '../state/decode-segment.ts';
import type { IndexLine } from '../state/index-line.ts';
import type { IndexRoot, Segment, StatePlace } from '../state/index-root.ts';
import { readSegment } from '../state/segment-store.ts';
import { stateSource } from '../state/state-source.ts';

export interface ChangedSince {
  /** The names whose shards a change of state touches. */
  readonly names: ReadonlySet<string>;
  /** Every line of those names, and of few others. */
  readonly source: FormSource;
}

/** Segments read to tell what changed; where more did, making every shard costs little more. About 1,000 lines each. */
const mostSegments = 40;

/**
 * Which names differ between two states of a subdir, from the segments that only one of them has; null when those are
 * too many.
 *
 * @throws GatehouseError `state.damaged` when a segment cannot be read: those of `before` may be gone
 */
export async function changedSince(
  place: StatePlace,
  before: IndexRoot,
  after: IndexRoot,
): Promise<ChangedSince | null> {
  const differing = sections.map((section) => ({
    gone: without(before.sections[section], after.sections[section]),
    came: without(after.sections[section], before.sections[section]),
  }));
  if (differing.reduce((sum, { gone, came }) => sum + gone.length + came.length, 0) > mostSegments) return null;
  const names = new Set<string>();
  for (const { gone, came } of differing) {
    for (const name of changedNames(await linesOf(place, gone), await linesOf(place, came))) names.add(name);
  }
  const holding = (section: Section) => segmentsHolding(after.sections[section], names);
  const narrowed = { packages: holding('packages'), 'packages.conda': holding('packages.conda') };
  return { names, source: stateSource(place, { ...after, sections: narrowed }) };
}

function without(segments: readonly Segment[], others: readonly Segment[]): Segment[] {
  const known = new Set(others.map(({ sha256 }) => sha256));
  return segments.filter(({ sha256 }) => !known.has(sha256));
}

async function linesOf(place: StatePlace, segments: readonly Segment[]): Promise<IndexLine[]> {
  const lines: IndexLine[] = [];
  for (const segment of segments) lines.push(...decodeSegment(await readSegment(place, segment)));
  return lines;
}

/** A name's files stand together, from `name-` up to `name.`: `-` and `.` are neighbours, and file names are ASCII. */
function segmentsHolding(segments: readonly Segment[], names: ReadonlySet<string>): Segment[] {
  const wanted = [...names].map((name) => ({ from: `${name}-`, to: `${name}.` }));
  return segments.filter(({ first }, at) => {
    const end = segments[at + 1]?.first;
    return wanted.some(({ from, to }) => first < to && (end === undefined || from < end));
  });
}
