import type { Allowlist } from '../documents/allowlist/parse-allowlist.ts';
import type { KnownOutcome } from '../documents/known-outcomes.ts';
import type { EntryOutcome } from '../documents/plan.ts';
import { type Sha256, sha256Of } from '../names/digest.ts';
import type { MatchSpec } from '../names/match-spec/parse-match-spec.ts';
import { solverSpec } from '../names/match-spec/solver-spec.ts';
import type { PackageFileName } from '../names/package-file-name.ts';
import type { Subdir } from '../names/subdir.ts';
import type { Log } from '../ports/log.ts';
import type { CandidatePool, ServedChannel, Solver } from '../ports/solver.ts';
import type { RepodataRecord } from '../record/record.ts';
import { installRequests } from './requests.ts';
import { installs, solveRequest } from './solve-request.ts';
import { virtualPackagesFor } from './virtual-packages.ts';

/** One channel's records as clients read them. */
export type ChannelRecords = ReadonlyMap<Subdir, ReadonlyMap<PackageFileName, RepodataRecord>>;

/** A platform to prove on, and the virtual packages that it has. */
export type ProvenPlatform = Pick<CandidatePool, 'platform' | 'virtualPackages'>;

/** What a proof's solver chooses from. */
export interface ProvenChannel {
  /** For some specs: without the records that those of them take out which say more than a solver takes. */
  pool(on: ProvenPlatform, specs: readonly MatchSpec[]): Promise<CandidatePool | ServedChannel>;
}

/** How an entry fared on one platform, with one python. */
export type ProvenOutcome = Omit<EntryOutcome, 'artifacts'>;

/** Outcomes of before, by a hash of all that they depend on. */
export interface KnownOutcomes {
  find(key: Sha256): readonly KnownOutcome[] | undefined;
  add(key: Sha256, outcomes: readonly KnownOutcome[]): Promise<void>;
}

export interface ProofWorld {
  readonly solver: Solver;
  readonly log: Log;
  /** What need not be solved again. */
  readonly known?: KnownOutcomes;
}

/**
 * Solves every entry and environment against one channel alone: whether a client that knows nothing else could install
 * it. Emits `prove.entry` for each on each platform.
 *
 * @returns the outcomes of one entry on one platform at a time
 */
export async function* proveEntries(
  allowlist: Allowlist,
  channel: ProvenChannel,
  { solver, log, known }: ProofWorld,
): AsyncGenerator<readonly ProvenOutcome[]> {
  const { python } = allowlist;
  const requests = installRequests(allowlist);
  for (const platform of new Set(requests.flatMap(({ platforms }) => platforms))) {
    const on = { platform, virtualPackages: virtualPackagesFor(platform, allowlist.virtualPackages[platform]) };
    for (const request of requests.filter(({ platforms }) => platforms.includes(platform))) {
      const { id, specs } = request;
      const pool = await channel.pool(on, specs);
      const key = sha256Of(JSON.stringify([solver.id, pool.id, specs.map(solverSpec), python]));
      const own = known?.find(key) ?? (await solveRequest(request, { pool, solver, python })).map(outcomeOf);
      await known?.add(key, own);
      log({ type: 'prove.entry', entry: id, platform, client: 'conda', installable: installs(own) });
      yield own.map((outcome) => ({ entry: id, platform, ...outcome }));
    }
  }
}

const outcomeOf = ({ python, status, explanation }: EntryOutcome): KnownOutcome => ({ python, status, explanation });
