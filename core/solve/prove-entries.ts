import type { Allowlist } from '../documents/allowlist/parse-allowlist.ts';
import type { EntryOutcome } from '../documents/plan.ts';
import type { PackageFileName } from '../names/package-file-name.ts';
import { noarch, type Subdir } from '../names/subdir.ts';
import type { Log } from '../ports/log.ts';
import type { Solver } from '../ports/solver.ts';
import type { RepodataRecord } from '../record/record.ts';
import { candidatePool, narrow, narrowKey, usableRecords } from './candidate-pool.ts';
import { installRequests } from './requests.ts';
import { installs, solveRequest } from './solve-request.ts';
import { virtualPackagesFor } from './virtual-packages.ts';

/** One channel's records as clients read them. */
export type ChannelRecords = ReadonlyMap<Subdir, ReadonlyMap<PackageFileName, RepodataRecord>>;

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
  records: ChannelRecords,
  { solver, log }: ProofWorld,
): Promise<EntryOutcome[]> {
  const { python } = allowlist;
  const requests = installRequests(allowlist);
  const outcomes: EntryOutcome[] = [];
  for (const platform of new Set(requests.flatMap(({ platforms }) => platforms))) {
    const virtualPackages = virtualPackagesFor(platform, allowlist.virtualPackages[platform]);
    const visible = [platform, noarch].flatMap((subdir) =>
      [...(records.get(subdir) ?? [])].map(([filename, record]) => ({ subdir, filename, record })),
    );
    const { usable } = usableRecords(visible, solver);
    const whole = candidatePool(platform, usable, virtualPackages);
    for (const request of requests.filter(({ platforms }) => platforms.includes(platform))) {
      const { id, specs } = request;
      const pool = narrowKey(specs) === '' ? whole : candidatePool(platform, narrow(usable, specs), virtualPackages);
      const own = await solveRequest(request, { pool, solver, python });
      outcomes.push(...own);
      log({ type: 'prove.entry', entry: id, platform, installable: installs(own) });
    }
  }
  return outcomes;
}
