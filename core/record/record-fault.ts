import { knownVersion } from '../names/match-spec/known-version.ts';
import { namesChannel } from '../names/match-spec/solver-spec.ts';
import { rememberTexts } from '../names/remember-texts.ts';
import { shownLine } from '../problems/shown-text.ts';
import { plainDependency } from './plain-dependency.ts';
import type { RepodataRecord } from './record.ts';

/** Why a record cannot be served; a hotfix of the organisation's own may mend a dependency. */
export interface RecordFault {
  readonly code: 'record.version' | 'record.depends-channel' | 'record.depends-unreadable';
  readonly detail: string;
}

/**
 * What some client cannot read of a normal record, though it is needed: a version that rattler cannot parse makes it
 * refuse every record of the name, a `depends` that names a channel ends its process, and one that it, conda or libmamba
 * cannot parse is refused by the one and forgotten by the other. Null when all clients read all of it.
 */
export function recordFault({ version, depends }: Pick<RepodataRecord, 'version' | 'depends'>): RecordFault | null {
  if (knownVersion(version) === null)
    return { code: 'record.version', detail: `left out for its version "${shownLine(version)}"` };
  for (const text of depends) {
    const code = dependencyFault(text);
    if (code !== null) return { code, detail: leftOutFor(text) };
  }
  return null;
}

/** Records share their dependencies: each is looked at once. */
const dependencyFault = rememberTexts((text): RecordFault['code'] | null => {
  if (namesChannel(text)) return 'record.depends-channel';
  return plainDependency(text) === text ? null : 'record.depends-unreadable';
});

const leftOutFor = (text: string): string => `left out for its dependency "${shownLine(text)}"`;
