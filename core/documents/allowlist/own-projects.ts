import type { Sha256 } from '../../names/digest.ts';
import type { ProjectName } from '../../names/project-name.ts';
import { isReserved } from '../../names/reserved-names.ts';
import type { Allowlist } from './parse-allowlist.ts';

type OwnNames = Pick<Allowlist, 'entries' | 'reserved'>;

/** The wheels that the entries for a project accept; empty where none of them names one. */
export const pinnedWheels = (project: ProjectName, { entries }: Pick<OwnNames, 'entries'>): Sha256[] =>
  entries.flatMap((entry) => (entry.kind === 'pypi' && entry.name === project ? (entry.wheel ?? []) : []));

/**
 * Whether a project's files come from the store alone, and no index is asked for it: its name is reserved, or an entry
 * names the one wheel of it that it accepts.
 */
export const isOwnProject = (project: ProjectName, allowlist: OwnNames): boolean =>
  isReserved(project, allowlist.reserved) || pinnedWheels(project, allowlist).length > 0;
