import type { Allowlist } from '../documents/allowlist/parse-allowlist.ts';
import type { EntryOutcome } from '../documents/plan.ts';
import type { MatchSpec } from '../names/match-spec/parse-match-spec.ts';
import type { PackageFileName } from '../names/package-file-name.ts';
import type { Subdir } from '../names/subdir.ts';
import type { Log } from '../ports/log.ts';
import type { CandidatePool, ServedChannel, Solver } from '../ports/solver.ts';
import type { RepodataRecord } from '../record/record.ts';
import { narrowKey } from './candidate-pool.ts';
import { installRequests } from './requests.ts';
import { installs, solveRequest } from './solve-request.ts';
import { virtualPackagesFor } from './virtual-packages.ts';

/** One channel's records as clients read them. */
export type ChannelRecords = ReadonlyMap<Subdir, ReadonlyMap<PackageFileName, RepodataRecord>>;

/** A platform to prove on, and the virtual packages that it has. */
export type ProvenPlatform = Pick<CandidatePool, 'platform' | 'virtualPackages'>;

/** What a proof's solver chooses from. */
export interface ProvenChannel {
  whole(on: ProvenPlatform): Promise<CandidatePool | ServedChannel>;
  /** Without the records that specs take out which say more than a solver takes. */
  narrowed(on: ProvenPlatform, specs: readonly MatchSpec[]): Promise<CandidatePool>;
}

export interface ProofWorld {
  readonly solver: Solver;
  readonly log: Log;
}

/**
 * Solves every entry and environment against one channel alone: whether a client that knows nothing else could install
 * it. Emits `prove.entry` for each on each platform.
 */
export async function proveEntries(
  allowlist: Allowlist,
  channel: ProvenChannel,
  { solver, log }: ProofWorld,
): Promise<EntryOutcome[]> {
  const { python } = allowlist;
  const requests = installRequests(allowlist);
  const outcomes: EntryOutcome[] = [];
  for (const platform of new Set(requests.flatMap(({ platforms }) => platforms))) {
    const on = { platform, virtualPackages: virtualPackagesFor(platform, allowlist.virtualPackages[platform]) };
    const whole = await channel.whole(on);
    for (const request of requests.filter(({ platforms }) => platforms.includes(platform))) {
      const { id, specs } = request;
      const pool = narrowKey(specs) === '' ? whole : await channel.narrowed(on, specs);
      const own = await solveRequest(request, { pool, solver, python });
      outcomes.push(...own);
      log({ type: 'prove.entry', entry: id, platform, client: 'conda', installable: installs(own) });
    }
  }
  return outcomes;
}
