import { namesChannel } from '../match-spec.ts';
import type { PackageFileName } from '../package-file-name.ts';
import { dependencySpec } from '../record/dependency-spec.ts';
import { preferConda } from '../record/other-format.ts';
import type { RepodataRecord } from '../record/record.ts';
import { parseVersion } from '../version.ts';

interface RecordFault {
  readonly code: 'record.version' | 'record.depends-channel' | 'record.depends-unreadable';
  readonly detail: string;
}

/** Anything with a place in a channel and a record. */
export interface PlacedRecord {
  readonly subdir: string;
  readonly filename: PackageFileName;
  readonly record: RepodataRecord;
}

/** The records a solver may be given: one format of each stem, as conda sees it, and none that breaks the solver. */
export function usableRecords<T extends PlacedRecord>(placed: readonly T[]) {
  const usable: T[] = [];
  const faults: { readonly placed: T; readonly fault: RecordFault }[] = [];
  for (const one of preferConda(placed)) {
    const fault = recordFault(one.record);
    if (fault === null) usable.push(one);
    else faults.push({ placed: one, fault });
  }
  return { usable, faults };
}

/**
 * Why a record must not reach the solver, or null. A `depends` that names a channel, or one that cannot be parsed,
 * panics rattler's WASM and ends its thread; for one version that rattler cannot parse it refuses every record of the
 * name.
 */
function recordFault({ version, depends, constrains = [] }: RepodataRecord): RecordFault | null {
  if (parseVersion(version) === null)
    return { code: 'record.version', detail: `left out for its version "${version}"` };
  for (const text of [...depends, ...constrains]) {
    const detail = `left out for its dependency "${text}"`;
    if (namesChannel(text)) return { code: 'record.depends-channel', detail };
    if (dependencySpec(text) === null) return { code: 'record.depends-unreadable', detail };
  }
  return null;
}
