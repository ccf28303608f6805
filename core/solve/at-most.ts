import type { Solver } from '../ports/solver.ts';

/**
 * A solver for what a plan can do without: it answers so many times, and until it breaks, which may take it two minutes. What is asked
 * then has failed.
 */
export function atMost(solves: number, solver: Pick<Solver, 'solve'>): Solver['solve'] {
  let left = solves;
  return async (pool, specs) => {
    if (left <= 0) return { status: 'failed', explanation: 'no more is asked' };
    const solution = await solver.solve(pool, specs);
    left = solution.status === 'failed' ? 0 : left - 1;
    return solution;
  };
}
