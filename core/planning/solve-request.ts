import { solverSpec } from '../match-spec/solver-spec.ts';
import type { CandidatePool, Solution, Solver } from '../ports/solver.ts';
import type { InstallRequest } from './install-request.ts';

/** How a request fared with one python, or with whichever the solver chose (null). */
export interface Attempt {
  readonly python: string | null;
  readonly solution: Solution;
}

/**
 * Solves a request as conda, mamba and pixi would install it. A solution that holds python is solved again with `pip`
 * beside it, which conda and mamba add to python's dependencies and rattler does not (design decision 2), and for each
 * of `python` when any is asked for. A request that needs no python is solved once.
 */
export async function solveRequest(
  request: Pick<InstallRequest, 'specs'>,
  { pool, solver, python }: { pool: CandidatePool; solver: Solver; python: readonly string[] },
): Promise<Attempt[]> {
  const specs = request.specs.map(solverSpec);
  const plain = await solver.solve(pool, specs);
  if (plain.status !== 'solved' || !holdsPython(pool, plain.keys)) return [{ python: null, solution: plain }];
  if (python.length === 0) return [{ python: null, solution: await solver.solve(pool, [...specs, 'pip']) }];
  const attempts: Attempt[] = [];
  for (const version of python) {
    const solution = await solver.solve(pool, [...specs, 'pip', `python ${version}.*`]);
    attempts.push({ python: version, solution });
  }
  return attempts;
}

function holdsPython(pool: CandidatePool, keys: readonly string[]): boolean {
  const pythons = new Set(pool.candidates.get('python')?.map(({ key }) => key));
  return keys.some((key) => pythons.has(key));
}
