import { compareCodePoints } from '../../json.ts';
import type { IndexLine } from './index-line.ts';
import { type LineChange, showsChange } from './line-change.ts';

export interface MergedLines {
  /** In order of file name. */
  readonly lines: readonly IndexLine[];
  /** Whether the outputs show a difference. */
  readonly shown: boolean;
}

/** Lines with changes applied. */
export function mergeLines(lines: readonly IndexLine[], changes: readonly LineChange[]): MergedLines {
  const merged = new Map(lines.map((line) => [line.filename, line]));
  let shown = false;
  for (const { filename, line } of changes) {
    shown ||= showsChange(merged.get(filename) ?? null, line);
    if (line === null) merged.delete(filename);
    else merged.set(filename, line);
  }
  return { lines: [...merged.values()].sort((a, b) => compareCodePoints(a.filename, b.filename)), shown };
}

const most = 2000;
const wanted = 1000;

/** Lines cut into segments: one unless there are more than 2,000, then as many as make about 1,000 each. */
export function splitLines(lines: readonly IndexLine[]): IndexLine[][] {
  if (lines.length === 0) return [];
  const pieces = lines.length > most ? Math.ceil(lines.length / wanted) : 1;
  const bound = (piece: number) => Math.round((piece * lines.length) / pieces);
  return Array.from({ length: pieces }, (_, i) => lines.slice(bound(i), bound(i + 1)));
}
