import type { Override } from '../../documents/control.ts';
import type { ListedPackage } from '../../list-packages.ts';
import type { PackageFileName } from '../../package-file-name.ts';
import { decisionTag } from './decision-tag.ts';
import type { IndexLine } from './index-line.ts';

/** What was seen of one package and calls for a new line. */
export interface Look {
  readonly filename: PackageFileName;
  /** Null when its bytes are gone. */
  readonly listed: ListedPackage | null;
  readonly decision: Override;
  /** The line of the problem that it had and may have still: nothing else calls for this look. */
  readonly problem?: IndexLine;
}

/** Whether a line no longer says what is seen: another ETag or size, another decision, no bytes. */
export function isStale(line: IndexLine | null, { listed, decision }: Look): boolean {
  if (line === null || listed === null) return (line === null) !== (listed === null);
  if (line.etag !== listed.etag || line.size !== listed.size) return true;
  return line.decision !== decisionTag(decision);
}
