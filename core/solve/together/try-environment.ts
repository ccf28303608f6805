import type { Allowlist } from '../../documents/allowlist/parse-allowlist.ts';
import type { Environment } from '../../documents/allowlist/read-environments.ts';
import type { Subdir } from '../../names/subdir.ts';
import { type SliceWorld, solveSlice } from '../slices/solve-slice.ts';
import { installs } from '../solve-request.ts';

/** Whether an environment would solve on all of these platforms of an allowlist that had it; null where nobody can say. */
export type TryEnvironment = (environment: Environment, platforms: readonly Subdir[]) => Promise<boolean | null>;

/** Tries environments as a plan of the allowlist would solve them, without telling anybody. */
export function openTrial(allowlist: Allowlist, world: SliceWorld): TryEnvironment {
  return async (environment, platforms) => {
    const trial = { ...allowlist, environments: [environment] };
    for (const platform of platforms) {
      const slice = { platform, requests: [allowlist.entries.length] };
      const { groups } = await solveSlice(slice, trial, { ...world, log: () => {} });
      const outcomes = groups.flatMap(({ solved }) => solved.flatMap((one) => one.outcomes));
      if (installs(outcomes)) continue;
      return outcomes.some(({ status }) => status === 'failed') ? null : false;
    }
    return true;
  };
}
