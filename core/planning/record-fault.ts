import { namesChannel } from '../match-spec/solver-spec.ts';
import type { RepodataRecord } from '../record.ts';
import { parseVersion } from '../version/version.ts';
import { dependencySpec } from './dependency-spec.ts';

export interface RecordFault {
  readonly code: 'record.version' | 'record.depends-channel' | 'record.depends-unreadable';
  readonly detail: string;
}

/**
 * Why a record must not reach the solver, or null. A `depends` that names a channel, or one that cannot be parsed,
 * panics rattler's WASM and ends its thread (design decision 2); one version it cannot parse makes it refuse every
 * record of the name.
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
