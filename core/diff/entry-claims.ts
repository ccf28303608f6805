import type { EntryOutcome } from '../documents/plan.ts';
import { noarch, type Subdir } from '../names/subdir.ts';
import type { InstallRequest } from '../solve/requests.ts';
import { byEntryAndPlatform, installs } from '../solve/solve-request.ts';

/** What entries may claim of a subdir's packages. */
export interface EntryClaims {
  /** Whether an entry of this id is in the allowlist and covers the subdir. */
  covers(id: string): boolean;
  /** Whether that entry solved wherever the subdir counts; one that did not keeps all it had. */
  solved(id: string): boolean;
}

/** How an entry fared on a platform, for conda or for pip. */
type Fared = Pick<EntryOutcome, 'entry' | 'platform' | 'status'>;

/** The claims of an allowlist's requests, after this run's outcomes. What lies in noarch is every platform's. */
export function entryClaims(
  requests: readonly InstallRequest[],
  outcomes: readonly Fared[],
): (subdir: Subdir) => EntryClaims {
  const covered = new Set(requests.flatMap(({ id, platforms }) => [id, ...platforms.map((on) => `${on} ${id}`)]));
  const failing = byEntryAndPlatform(outcomes).filter(
    (group) => !installs(group) || group.some(({ status }) => status === 'failed'),
  );
  const unsolved = new Set(failing.flat().flatMap(({ entry, platform }) => [entry, `${platform} ${entry}`]));
  return (subdir) => {
    const name = (id: string) => (subdir === noarch ? id : `${subdir} ${id}`);
    return { covers: (id) => covered.has(name(id)), solved: (id) => !unsolved.has(name(id)) };
  };
}
