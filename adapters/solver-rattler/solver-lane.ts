import { Worker } from 'node:worker_threads';
import type { CandidatePool, Solution } from '../../core/ports/solver.ts';
import { poolFiles } from './pool-files.ts';
import type { FromWorker, SolveReply, ToWorker } from './protocol.ts';
import { solutionOf } from './solution.ts';
import { lockedSpec, lockedVirtualPackages } from './virtual-packages.ts';

export interface LaneOptions {
  readonly workerUrl: URL;
  /** Milliseconds. */
  readonly timeLimit: number;
}

/** One worker thread at a time, replaced when it breaks. Takes one solve at a time. */
export interface SolverLane extends AsyncDisposable {
  solve(pool: CandidatePool, specs: readonly string[]): Promise<Solution>;
}

export function solverLane({ workerUrl, timeLimit }: LaneOptions): SolverLane {
  let worker: Worker | null = null;
  let closed = false;
  const start = (): Worker => {
    const started = new Worker(workerUrl, { execArgv: [] });
    // A thread may also end between solves, when nobody listens.
    started.on('error', () => undefined);
    return started.on('exit', () => {
      worker = null;
    });
  };
  return {
    async solve(pool, specs) {
      if (closed) return { status: 'failed', explanation: 'the solver is closed' };
      worker ??= start();
      const used = worker;
      used.ref();
      const reply = await converse(used, { pool, specs, timeLimit });
      used.unref();
      if (reply.type === 'broken') await used.terminate();
      return solutionOf(pool, reply);
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      await worker?.terminate();
    },
  };
}

interface Solve {
  readonly pool: CandidatePool;
  readonly specs: readonly string[];
  readonly timeLimit: number;
}

/** Sends one solve and hands over the files it asks for until it ends, whichever way. */
async function converse(worker: Worker, { pool, specs, timeLimit }: Solve): Promise<SolveReply> {
  const { promise, resolve } = Promise.withResolvers<SolveReply>();
  const breaks = (text: string): void => resolve({ type: 'broken', text });
  const file = poolFiles(pool);
  const hand = (paths: readonly string[]): void => {
    try {
      send(worker, { type: 'files', files: paths.map((path) => [path, file(path)]) });
    } catch (error) {
      breaks(String(error));
    }
  };
  const onMessage = (message: FromWorker): void => {
    if (message.type === 'need') hand(message.paths);
    else resolve(message);
  };
  const onError = (error: unknown): void => breaks(String(error));
  const onExit = (): void => breaks('its thread ended');
  const timer = setTimeout(() => breaks(`it took longer than ${timeLimit} ms`), timeLimit);
  worker.on('message', onMessage).on('error', onError).on('exit', onExit);
  const locked = lockedVirtualPackages(pool);
  send(worker, { type: 'solve', poolId: pool.id, specs: [...specs, ...locked.map(lockedSpec)], locked });
  const reply = await promise;
  clearTimeout(timer);
  worker.off('message', onMessage).off('error', onError).off('exit', onExit);
  return reply;
}

function send(worker: Worker, message: ToWorker): void {
  const bodies = message.type === 'files' ? message.files.flatMap(([, bytes]) => bytes?.buffer ?? []) : [];
  worker.postMessage(message, bodies);
}
