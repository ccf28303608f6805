import { matchSpecMatches } from '../match-spec/match-record.ts';
import type { MatchSpec } from '../match-spec/parse-match-spec.ts';
import { canonicalMatchSpec } from '../match-spec/solver-spec.ts';
import type { PlacedRecord } from './candidate-pool.ts';

/** The specs that say more than a solver takes: a subdir, a URL, a file name, a license, features. */
export function narrowSpecs(specs: readonly MatchSpec[]): MatchSpec[] {
  return specs.filter(({ subdir, url, fileName, license, trackFeatures }) =>
    [subdir, url, fileName, license, trackFeatures].some((part) => part !== null),
  );
}

/** Names a set of narrow specs; equal names narrow alike. */
export const narrowKey = (specs: readonly MatchSpec[]): string =>
  narrowSpecs(specs).map(canonicalMatchSpec).sort().join();

/** What is left to choose from where the narrow specs among these have had their say. */
export function narrow<T extends PlacedRecord & { readonly url?: string }>(
  placed: readonly T[],
  specs: readonly MatchSpec[],
): T[] {
  const telling = narrowSpecs(specs);
  if (telling.length === 0) return [...placed];
  return placed.filter(({ record, subdir, filename, url }) =>
    telling.every(
      (spec) => spec.name !== record.name || matchSpecMatches(spec, { ...record, subdir, fn: filename, url }),
    ),
  );
}
