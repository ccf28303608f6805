import type { Log } from '../event.ts';
import type { PackageFileName } from '../package-file-name.ts';
import type { EntryOutcome } from '../plan.ts';
import type { Solver } from '../ports/solver.ts';
import type { RepodataRecord } from '../record.ts';
import { noarch, type Subdir } from '../subdir.ts';
import { candidatePool } from './candidate-pool.ts';
import { entryOutcome } from './entry-outcome.ts';
import type { InstallRequest } from './install-request.ts';
import { narrow, narrowSpecs } from './narrow.ts';
import { preferConda } from './prefer-conda.ts';
import { solveRequest } from './solve-request.ts';

/** One channel's records as clients read them. */
export type ChannelRecords = ReadonlyMap<Subdir, ReadonlyMap<PackageFileName, RepodataRecord>>;

export interface ProveWorld {
  readonly python: readonly string[];
  readonly virtualPackages: (platform: Subdir) => Readonly<Record<string, string>>;
  readonly solver: Solver;
  readonly log: Log;
}

/** Solves every request against one channel alone: whether a client that knows nothing else could install it. */
export async function proveRequests(
  requests: readonly InstallRequest[],
  records: ChannelRecords,
  { python, virtualPackages, solver, log }: ProveWorld,
): Promise<EntryOutcome[]> {
  const outcomes: EntryOutcome[] = [];
  for (const platform of new Set(requests.flatMap(({ platforms }) => platforms))) {
    const placed = usable(records, platform, solver);
    const whole = candidatePool(platform, placed, virtualPackages(platform));
    for (const request of requests.filter(({ platforms }) => platforms.includes(platform))) {
      const narrowed = () => candidatePool(platform, narrow(placed, request.specs), virtualPackages(platform));
      const pool = narrowSpecs(request.specs).length === 0 ? whole : narrowed();
      const attempts = await solveRequest(request, { pool, solver, python });
      outcomes.push(...attempts.map((attempt) => entryOutcome(request.id, platform, attempt)));
      const installable = attempts.some(({ solution }) => solution.status === 'solved');
      log({ type: 'prove.entry', entry: request.id, platform, installable });
    }
  }
  return outcomes;
}

function usable(records: ChannelRecords, platform: Subdir, solver: Pick<Solver, 'refuses'>) {
  const placed = [platform, noarch].flatMap((subdir) =>
    [...(records.get(subdir) ?? [])].map(([filename, record]) => ({ subdir, filename, record })),
  );
  return preferConda(placed).filter(({ record }) => solver.refuses(record) === null);
}
