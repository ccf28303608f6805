import { Buffer } from 'node:buffer';
import type { IndexLine } from '../../index/state/index-line.ts';
import { packageFileParts } from '../../package-file-name.ts';

/**
 * The names whose shards a change of lines touches: those of lines that are on one side only, or not the same on both.
 *
 * @param before lines of the segments that went
 * @param after lines of the segments that came
 */
export function changedNames(before: readonly IndexLine[], after: readonly IndexLine[]): Set<string> {
  const was = new Map(before.map((line) => [line.filename, line]));
  const names = new Set<string>();
  for (const line of after) {
    const old = was.get(line.filename);
    was.delete(line.filename);
    if (old === undefined || !sayTheSame(old, line)) names.add(packageFileParts(line.filename).name);
  }
  for (const filename of was.keys()) names.add(packageFileParts(filename).name);
  return names;
}

function sayTheSame(a: IndexLine, b: IndexLine): boolean {
  return a.kind === b.kind && equal(a.record, b.record) && equal(a.runExports, b.runExports);
}

const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
