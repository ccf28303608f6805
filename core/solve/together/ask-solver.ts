import { solverSpec } from '../../names/match-spec/solver-spec.ts';
import type { CandidatePool, Solver } from '../../ports/solver.ts';
import { candidatePool, narrow, narrowKey, type PlacedRecord, usableRecords } from '../candidate-pool.ts';
import type { GoTogether } from './minimal-groups.ts';
import { type Installed, unmetName } from './why-apart.ts';

interface SolvedOn extends Pick<CandidatePool, 'platform' | 'virtualPackages'> {
  /** The python of those that the allowlist lists; null where it lists none, or nothing here needs one. */
  readonly python: string | null;
  readonly solve: Solver['solve'];
}

/** Asks whether entries install together from these records alone. Where two ask for what no one package is, no solver is asked. */
export function askSolver(
  seen: readonly PlacedRecord[],
  { platform, virtualPackages, python, solve }: SolvedOn,
): GoTogether<Installed> {
  const { usable } = usableRecords(seen);
  const whole = candidatePool(platform, usable, virtualPackages);
  return async (some) => {
    if (unmetName(some, usable) !== null) return false;
    const specs = some.flatMap((one) => one.specs);
    const pool = narrowKey(specs) === '' ? whole : candidatePool(platform, narrow(usable, specs), virtualPackages);
    const texts = new Set([...specs.map(solverSpec), ...beside(some, python)]);
    const { status } = await solve(pool, [...texts]);
    return status === 'failed' ? null : status === 'solved';
  };
}

/** What clients, or the allowlist, have beside a python (core/solve/solve-request.ts). */
function beside(some: readonly Installed[], python: string | null): string[] {
  if (!some.some(({ records }) => records.some(({ record }) => record.name === 'python'))) return [];
  return python === null ? ['pip'] : ['pip', `python ${python}.*`];
}
