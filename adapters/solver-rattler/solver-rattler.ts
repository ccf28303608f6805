import type { Solver } from '../../core/ports/solver.ts';
import gatehouse from '../../package.json' with { type: 'json' };
import { type SolverThread, solverThread } from './solver-thread.ts';

export interface RattlerOptions {
  /** Threads that solve side by side; more calls wait their turn. */
  readonly workers?: number;
  /** How long one solve may take, the start of its thread included, before it is given up. */
  readonly timeLimitMs?: number;
  /** Where `worker.ts` is, when a bundler has moved it. */
  readonly workerUrl?: URL;
}

/**
 * pixi's resolver, `@conda-org/rattler` in WASM, in worker threads: one spec or one `depends` it cannot digest ends the
 * process it runs in. Here that ends a thread, the call's solution is `failed`, and the next call gets a new thread.
 * Threads start with the first solve and do not keep the process alive between solves.
 */
export function rattlerSolver(options: RattlerOptions = {}): Solver {
  const { workers = 1, timeLimitMs = 120_000 } = options;
  const { workerUrl = new URL('./worker.ts', import.meta.url) } = options;
  const threads = Array.from({ length: workers }, () => solverThread({ workerUrl, timeLimitMs }));
  const idle = [...threads];
  const waiting: ((thread: SolverThread) => void)[] = [];
  return {
    // What is asked of it, and how its words are read, is Gatehouse's own.
    id: `rattler ${gatehouse.dependencies['@conda-org/rattler']} by gatehouse ${gatehouse.version}`,
    async solve(pool, specs) {
      const thread = idle.pop() ?? (await new Promise<SolverThread>((resolve) => waiting.push(resolve)));
      try {
        return await thread.solve(pool, specs);
      } finally {
        const next = waiting.shift();
        if (next === undefined) idle.push(thread);
        else next(thread);
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(threads.map((thread) => thread[Symbol.asyncDispose]()));
    },
  };
}
