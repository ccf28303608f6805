import { compareCodePoints } from '../../json.ts';
import type { PackageFileName } from '../../package-file-name.ts';
import { decodeSegment } from './decode-segment.ts';
import type { IndexLine } from './index-line.ts';
import type { Segment, StatePlace } from './index-root.ts';
import { readSegment } from './segment-store.ts';

/** A walk over a section's lines beside another list in the same order; one segment in memory. */
export interface LineCursor {
  /** Steps over the lines before `end`, all there are without it, and gives their names. */
  skip(end?: PackageFileName): AsyncIterable<PackageFileName>;
  /** Steps over the line with this name, if it is next. */
  take(filename: PackageFileName): Promise<IndexLine | null>;
}

export function lineCursor(place: StatePlace, segments: readonly Segment[]): LineCursor {
  let lines: readonly IndexLine[] = [];
  let at = 0;
  let next = 0;
  const peek = async (): Promise<IndexLine | null> => {
    for (; lines[at] === undefined; at = 0) {
      const segment = segments[next];
      if (segment === undefined) return null;
      lines = decodeSegment(await readSegment(place, segment));
      next += 1;
    }
    return lines[at] ?? null;
  };
  return {
    async *skip(end) {
      for (let line = await peek(); line !== null && isBefore(line, end); line = await peek()) {
        at += 1;
        yield line.filename;
      }
    },
    async take(filename) {
      const line = await peek();
      if (line?.filename !== filename) return null;
      at += 1;
      return line;
    },
  };
}

const isBefore = ({ filename }: IndexLine, end: PackageFileName | undefined): boolean =>
  end === undefined || compareCodePoints(filename, end) < 0;
