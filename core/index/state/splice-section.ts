import { compareCodePoints } from '../../json.ts';
import type { PackageFileName } from '../../package-file-name.ts';
import { decodeSegment } from './decode-segment.ts';
import type { Segment, StatePlace } from './index-root.ts';
import type { LineChange } from './line-change.ts';
import { mergeLines, splitLines } from './merge-lines.ts';
import { readSegment, writeSegment } from './segment-store.ts';

export interface SplicedSection {
  readonly segments: readonly Segment[];
  readonly shown: boolean;
}

/**
 * A section's segments with changes applied: only those that a change falls into are read and written.
 *
 * @param changes in order of file name, each name once
 */
export async function spliceSection(
  place: StatePlace,
  segments: readonly Segment[],
  changes: readonly LineChange[],
): Promise<SplicedSection> {
  const next: Segment[] = [];
  let shown = false;
  for (const { segment, own } of shares(segments, changes)) {
    const spliced = own.length === 0 ? null : await spliceSegment(place, segment, own);
    if (spliced !== null) next.push(...spliced.segments);
    else if (segment !== null) next.push(segment);
    shown ||= spliced?.shown ?? false;
  }
  return { segments: next, shown };
}

interface Share {
  /** Null when there is no segment yet. */
  readonly segment: Segment | null;
  readonly own: readonly LineChange[];
}

/** Which changes fall into which segment: those before the first one's name into the first. */
function shares(segments: readonly Segment[], changes: readonly LineChange[]): Share[] {
  let rest = changes;
  return (segments.length > 0 ? segments : [null]).map((segment, at) => {
    const end = segments[at + 1]?.first;
    const own = end === undefined ? rest : rest.slice(0, countBefore(rest, end));
    rest = rest.slice(own.length);
    return { segment, own };
  });
}

async function spliceSegment(
  place: StatePlace,
  segment: Segment | null,
  changes: readonly LineChange[],
): Promise<SplicedSection> {
  const lines = segment === null ? [] : decodeSegment(await readSegment(place, segment));
  const merged = mergeLines(lines, changes);
  const segments: Segment[] = [];
  for (const piece of splitLines(merged.lines)) segments.push(await writeSegment(place, piece));
  return { segments, shown: merged.shown };
}

/** How many changes come before `end`. */
function countBefore(changes: readonly LineChange[], end: PackageFileName): number {
  const at = changes.findIndex(({ filename }) => compareCodePoints(filename, end) >= 0);
  return at === -1 ? changes.length : at;
}

/** The segment a file name falls into, or would. */
export function segmentFor(segments: readonly Segment[], filename: PackageFileName): Segment | undefined {
  const after = segments.findIndex(({ first }) => compareCodePoints(first, filename) > 0);
  return after === -1 ? segments.at(-1) : segments[Math.max(0, after - 1)];
}
