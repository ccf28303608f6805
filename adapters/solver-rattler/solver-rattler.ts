import { namesChannel } from '../../core/names/match-spec/solver-spec.ts';
import { parseVersion } from '../../core/names/version/version.ts';
import type { RecordRefusal, Solver } from '../../core/ports/solver.ts';
import { shownLine } from '../../core/problems/shown-text.ts';
import { dependencySpec } from '../../core/record/dependency-spec.ts';
import type { RepodataRecord } from '../../core/record/record.ts';
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
    refuses,
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

/**
 * A `depends` that names a channel, or one that cannot be parsed, panics rattler's WASM and ends its thread; one version
 * it cannot parse makes it refuse every record of the name.
 */
function refuses({ version, depends, constrains = [] }: RepodataRecord): RecordRefusal | null {
  if (parseVersion(version) === null)
    return { code: 'record.version', detail: `left out for its version "${shownLine(version)}"` };
  for (const text of [...depends, ...constrains]) {
    const detail = `left out for its dependency "${shownLine(text)}"`;
    if (namesChannel(text)) return { code: 'record.depends-channel', detail };
    if (dependencySpec(text) === null) return { code: 'record.depends-unreadable', detail };
  }
  return null;
}
