import type { PackageFileName } from '../../package-file-name.ts';
import type { IndexLine } from './index-line.ts';

/** A package's new line, or null when it is gone. */
export interface LineChange {
  readonly filename: PackageFileName;
  readonly line: IndexLine | null;
}

/** Whether an output can tell the two apart; ETags, sizes and problems are shown by none. */
export function showsChange(before: IndexLine | null, after: IndexLine | null): boolean {
  const [was, is] = [shownKind(before), shownKind(after)];
  if (was !== is || before === null || after === null) return was !== is;
  if (is === null) return false;
  const parts = ['record', 'runExports', 'facts'] as const;
  return parts.some((part) => !Buffer.from(before[part]).equals(after[part]));
}

const shownKind = (line: IndexLine | null): IndexLine['kind'] | null =>
  line === null || line.kind === 'problem' ? null : line.kind;
