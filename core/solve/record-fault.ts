import { namesChannel } from '../match-spec.ts';
import { dependencySpec } from '../record/dependency-spec.ts';
import type { RepodataRecord } from '../record/record.ts';
import { parseVersion } from '../version.ts';

export interface RecordFault {
  readonly code: 'record.version' | 'record.depends-channel' | 'record.depends-unreadable';
  readonly detail: string;
}

/**
 * Why a record must not reach the solver, or null. A `depends` that names a channel, or one that cannot be parsed,
 * panics rattler's WASM and ends its thread; for one version that rattler cannot parse it refuses every record of the
 * name.
 */
export function recordFault({ version, depends, constrains = [] }: RepodataRecord): RecordFault | null {
  if (parseVersion(version) === null)
    return { code: 'record.version', detail: `left out for its version "${version}"` };
  for (const text of [...depends, ...constrains]) {
    const detail = `left out for its dependency "${text}"`;
    if (namesChannel(text)) return { code: 'record.depends-channel', detail };
    if (dependencySpec(text) === null) return { code: 'record.depends-unreadable', detail };
  }
  return null;
}
