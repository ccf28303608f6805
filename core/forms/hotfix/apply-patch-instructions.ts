import { compareCodePoints } from '../../json.ts';
import type { RepodataRecord } from '../../record.ts';
import { applyHotfix, hotfixOf } from './hotfix.ts';
import type { PatchInstructions } from './patch-instructions.ts';

export interface PatchedRecords {
  readonly records: ReadonlyMap<string, RepodataRecord>;
  /** File names the instructions took out, in order. */
  readonly removed: readonly string[];
}

/** Records by file name as a subdir's instructions leave them; names that are not among them are not created. */
export function applyPatchInstructions(
  records: ReadonlyMap<string, RepodataRecord>,
  instructions: PatchInstructions,
): PatchedRecords {
  const patched = new Map<string, RepodataRecord>();
  const removed: string[] = [];
  for (const [filename, record] of records) {
    const hotfix = hotfixOf(filename, instructions);
    const left = hotfix === null ? record : applyHotfix(record, hotfix);
    if (left === null) removed.push(filename);
    else patched.set(filename, left);
  }
  return { records: patched, removed: removed.sort(compareCodePoints) };
}
