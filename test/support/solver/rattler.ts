import { Worker } from 'node:worker_threads';

export interface SolveJob {
  readonly spec: string;
  readonly records: readonly {
    readonly name: string;
    readonly version: string;
    readonly build: string;
    readonly build_number: number;
    readonly depends?: readonly string[];
    readonly [key: string]: unknown;
  }[];
}

/** `refused`: the solver does not take the spec; `panic`: it broke, which ends the process it runs in. */
export type SolveOutcome = 'solved' | 'unsolvable' | 'refused' | 'panic';

/** rattler in a thread of its own: an oracle that survives its panics. Close it, or the thread stays. */
export function startRattler(): { solve(job: SolveJob): Promise<SolveOutcome>; close(): Promise<void> } {
  let worker: Worker | null = null;
  return {
    solve(job) {
      worker ??= new Worker(new URL('./rattler-worker.ts', import.meta.url), { stderr: true });
      const current = worker;
      return new Promise((resolve) => {
        const answered = (outcome: SolveOutcome): void => {
          current.off('message', answered);
          current.off('error', broken);
          resolve(outcome);
        };
        const broken = (): void => {
          worker = null;
          answered('panic');
        };
        current.on('message', answered);
        current.on('error', broken);
        current.postMessage(job);
      });
    },
    async close() {
      await worker?.terminate();
    },
  };
}
