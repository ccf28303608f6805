import type { Candidate, Solution, Solver } from '../../core/ports/solver.ts';
import { type PoolKeys, poolOf } from '../support/solver/candidates.ts';

/** What a contract asks of a solver: its solution, the keys of one that must be there, the words of one that cannot. */
export function solverQuestions(solver: () => Solver) {
  const solve = (candidates: readonly Candidate[], specs: readonly string[], keys?: PoolKeys): Promise<Solution> =>
    solver().solve(poolOf(candidates, keys), specs);
  const keysOf = async (...args: Parameters<typeof solve>): Promise<readonly string[]> => solved(await solve(...args));
  const whyNot = async (...args: Parameters<typeof solve>): Promise<string> => unsolvable(await solve(...args));
  return { solve, keysOf, whyNot };
}
export type SolverQuestions = ReturnType<typeof solverQuestions>;

export function solved(solution: Solution): readonly string[] {
  if (solution.status !== 'solved') throw new Error(`${solution.status}: ${solution.explanation}`);
  return solution.keys;
}

function unsolvable(solution: Solution): string {
  if (solution.status !== 'unsolvable') throw new Error(`not unsolvable: ${JSON.stringify(solution)}`);
  return solution.explanation;
}
