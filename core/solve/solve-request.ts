import type { EntryOutcome } from '../documents/plan.ts';
import { solverSpec } from '../names/match-spec/solver-spec.ts';
import { packageFileParts } from '../names/package-file-name.ts';
import type { Subdir } from '../names/subdir.ts';
import type { CandidatePool, ServedChannel, Solver } from '../ports/solver.ts';
import type { InstallRequest } from './requests.ts';

interface SolveWorld {
  readonly pool: CandidatePool | ServedChannel;
  readonly solver: Solver;
  /** The pythons that the allowlist lists. */
  readonly python: readonly string[];
  /** Told of every solution on the way: also of the one that tells only whether python is needed. */
  readonly saw?: (artifacts: readonly string[]) => void;
}

/**
 * Solves a request as conda, mamba and pixi would install it. A solution that holds python is solved again with `pip`
 * beside it, which conda and mamba add to python's dependencies and rattler does not, and for each of `python` when any
 * is listed. A request that needs no python is solved once.
 *
 * @returns one outcome for each python tried
 */
export async function solveRequest(
  { id, specs }: Pick<InstallRequest, 'id' | 'specs'>,
  { pool, solver, python, saw = () => {} }: SolveWorld,
): Promise<EntryOutcome[]> {
  const solve = async (version: string | null, added: readonly string[]): Promise<EntryOutcome> => {
    const solution = await solver.solve(pool, [...specs.map(solverSpec), ...added]);
    const outcome = { entry: id, platform: pool.platform, python: version, status: solution.status };
    if (solution.status === 'solved') saw(solution.keys);
    return solution.status === 'solved'
      ? { ...outcome, artifacts: [...solution.keys], explanation: null }
      : { ...outcome, artifacts: [], explanation: solution.explanation };
  };
  const plain = await solve(null, []);
  if (!plain.artifacts.some(isPython)) return [plain];
  const outcomes: EntryOutcome[] = [];
  for (const version of python.length === 0 ? [null] : python)
    outcomes.push(await solve(version, besidePython(version)));
  return outcomes;
}

/** What is asked for beside a request that needs python: pip, and the version if the allowlist lists any. */
export const besidePython = (version: string | null): string[] =>
  version === null ? ['pip'] : ['pip', `python ${version}.*`];

/** Whether a key, `<subdir>/<file name>`, is of a python. */
export const isPython = (key: string): boolean => packageFileParts(key.slice(key.indexOf('/') + 1)).name === 'python';

/** The outcome of a request that could not be solved for a reason that says nothing about it. */
export const failedOutcome = (entry: string, platform: Subdir, explanation: string): EntryOutcome => ({
  entry,
  platform,
  python: null,
  status: 'failed',
  artifacts: [],
  explanation,
});

/** Whether an entry's outcomes on a platform let it install there: it solves for at least one python. */
export const installs = (outcomes: readonly Pick<EntryOutcome, 'status'>[]): boolean =>
  outcomes.some(({ status }) => status === 'solved');

/** The outcomes of each entry on each platform, together. */
export function byEntryAndPlatform<T extends Pick<EntryOutcome, 'entry' | 'platform'>>(outcomes: readonly T[]): T[][] {
  return [...Map.groupBy(outcomes, ({ entry, platform }) => `${platform} ${entry}`).values()];
}

/** The pythons that an entry solves with, of those the allowlist lists. */
export const solvedPythons = (outcomes: readonly Pick<EntryOutcome, 'status' | 'python'>[]): string[] =>
  outcomes.flatMap(({ status, python }) => (status === 'solved' && python !== null ? [python] : []));
