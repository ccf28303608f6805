import type { MatchSpec } from '../names/match-spec/parse-match-spec.ts';
import { noarch } from '../names/subdir.ts';
import type { CandidatePool } from '../ports/solver.ts';
import { candidatePool, narrow, narrowKey, type PlacedRecord } from './candidate-pool.ts';
import type { ChannelRecords, ProvenChannel, ProvenPlatform } from './prove-entries.ts';

/**
 * A channel by its records, as it is or as it would be: each platform sees its own and those of `noarch`.
 *
 * @param usable which of what a platform sees the solver is given
 */
export function channelPools(
  records: ChannelRecords,
  usable: (seen: readonly PlacedRecord[]) => readonly PlacedRecord[],
): ProvenChannel {
  const seenOn = ({ platform }: ProvenPlatform) =>
    [platform, noarch].flatMap((subdir) =>
      [...(records.get(subdir) ?? [])].map(([filename, record]) => ({ subdir, filename, record })),
    );
  const poolOf = (on: ProvenPlatform, specs: readonly MatchSpec[]): CandidatePool =>
    candidatePool(on.platform, narrow(usable(seenOn(on)), specs), on.virtualPackages);
  // Of the platform in use: making a pool takes longer than most solves.
  let whole: CandidatePool | null = null;
  return {
    async pool(on, specs) {
      if (narrowKey(specs) !== '') return poolOf(on, specs);
      if (whole?.platform !== on.platform) whole = poolOf(on, []);
      return whole;
    },
  };
}
