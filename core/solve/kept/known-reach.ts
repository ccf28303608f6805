import { type Sha256, sha256Of } from '../../names/digest.ts';
import type { CandidatePool } from '../../ports/solver.ts';
import { openReachable, type Reachable } from './reachable.ts';

export interface KnownReach {
  /** What was asked of this time, by a hash of the whole pool and the specs. */
  readonly digests: ReadonlyMap<Sha256, string>;
  /** Names what specs reach in a pool. */
  digest(pool: CandidatePool, specs: readonly string[]): string;
  /** Whether specs reach all of these keys in a pool. */
  holds(pool: CandidatePool, specs: readonly string[], keys: readonly string[]): boolean;
}

/** Raised whenever {@link openReachable} may find otherwise: what an earlier version found is then not believed. */
const reachVersion = 1;

/**
 * What specs reach in pools. In the very pool of an earlier plan the same specs reach the same: most plans find all as it was, and
 * follow nothing.
 *
 * @param before the digests of an earlier plan
 */
export function openKnownReach(before: ReadonlyMap<Sha256, string>): KnownReach {
  const digests = new Map<Sha256, string>();
  const reachables = new WeakMap<CandidatePool, (specs: readonly string[]) => Reachable>();
  const reachable = (pool: CandidatePool, specs: readonly string[]): Reachable => {
    const ask = reachables.get(pool) ?? openReachable(pool);
    reachables.set(pool, ask);
    return ask(specs);
  };
  return {
    digests,
    digest(pool, specs) {
      const whole = sha256Of(JSON.stringify([reachVersion, pool.id, specs]));
      const digest = digests.get(whole) ?? before.get(whole) ?? reachable(pool, specs).digest;
      digests.set(whole, digest);
      return digest;
    },
    holds: (pool, specs, keys) => reachable(pool, specs).holds(keys),
  };
}
