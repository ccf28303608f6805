import type { EntryOutcome } from '../plan.ts';
import { noarch, type Subdir } from '../subdir.ts';
import { byEntryAndPlatform, holds } from './entry-outcome.ts';
import type { InstallRequest } from './install-request.ts';

/** What entries may claim of a subdir's packages. */
export interface EntryClaims {
  /** Whether an entry of this id is in the allowlist and covers the subdir. */
  covers(id: string): boolean;
  /** Whether that entry solved wherever the subdir counts; one that did not keeps all it had. */
  solved(id: string): boolean;
}

/** The claims of an allowlist's requests, after this run's outcomes. */
export function entryClaims(
  requests: readonly InstallRequest[],
  outcomes: readonly EntryOutcome[],
): (subdir: Subdir) => EntryClaims {
  const covered = new Set(requests.flatMap(({ id, platforms }) => [id, ...platforms.map((on) => `${on} ${id}`)]));
  const failing = byEntryAndPlatform(outcomes).filter(
    (group) => !holds(group) || group.some(({ status }) => status === 'failed'),
  );
  const unsolved = new Set(
    failing.flatMap(([first]) => (first === undefined ? [] : [first.entry, `${first.platform} ${first.entry}`])),
  );
  // What lies in noarch is every platform's.
  return (subdir) => {
    const name = (id: string) => (subdir === noarch ? id : `${subdir} ${id}`);
    return { covers: (id) => covered.has(name(id)), solved: (id) => !unsolved.has(name(id)) };
  };
}
