import type { Solver } from '../core/ports/solver.ts';
import { type SolverLane, solverLane } from './solver-rattler/solver-lane.ts';

export interface RattlerOptions {
  /** Threads that solve side by side; more calls wait their turn. */
  readonly workers?: number;
  /** Milliseconds one solve may take, the start of its thread included, before it is given up. */
  readonly timeLimit?: number;
  /** Where `solver-rattler/worker.ts` is, when a bundler has moved it. */
  readonly workerUrl?: URL;
}

/**
 * pixi's resolver, `@conda-org/rattler` in WASM, in worker threads: one spec or one `depends` it cannot digest ends the
 * process it runs in. Here that ends a thread, the call's solution is `failed`, and the next call gets a new thread.
 * Threads start with the first solve and do not keep the process alive between solves.
 */
export function rattlerSolver(options: RattlerOptions = {}): Solver {
  const { workers = 1, timeLimit = 120_000 } = options;
  const { workerUrl = new URL('./solver-rattler/worker.ts', import.meta.url) } = options;
  const lanes = Array.from({ length: workers }, () => solverLane({ workerUrl, timeLimit }));
  const idle = [...lanes];
  const waiting: ((lane: SolverLane) => void)[] = [];
  const free = (lane: SolverLane): void => {
    const next = waiting.shift();
    if (next === undefined) idle.push(lane);
    else next(lane);
  };
  return {
    async solve(pool, specs) {
      const lane = idle.pop() ?? (await new Promise<SolverLane>((resolve) => waiting.push(resolve)));
      try {
        return await lane.solve(pool, specs);
      } finally {
        free(lane);
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(lanes.map((lane) => lane[Symbol.asyncDispose]()));
    },
  };
}
