import { Worker } from 'node:worker_threads';
import { noarch } from '../../core/names/subdir.ts';
import type { CandidatePool, ServedChannel, Solution } from '../../core/ports/solver.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import { channelUrl, type FromWorker, type LockedPackage, type SolveReply, type ToWorker } from './messages.ts';
import { poolFiles } from './pool-files.ts';

type Pool = CandidatePool | ServedChannel;

export interface ThreadOptions {
  readonly workerUrl: URL;
  readonly timeLimitMs: number;
}

/** One worker thread at a time, replaced when it breaks. Takes one solve at a time. */
export interface SolverThread extends AsyncDisposable {
  solve(pool: Pool, specs: readonly string[]): Promise<Solution>;
}

export function solverThread({ workerUrl, timeLimitMs }: ThreadOptions): SolverThread {
  let worker: Worker | null = null;
  let isClosed = false;
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
      if (isClosed) return { status: 'failed', explanation: 'the solver is closed' };
      worker ??= start();
      const used = worker;
      used.ref();
      const reply = await converse(used, { pool, specs, timeLimitMs });
      used.unref();
      if (reply.type === 'broken') await used.terminate();
      if (reply.type === 'unread') {
        await used.terminate();
        throw reply.cause;
      }
      return solutionOf(pool, reply);
    },
    async [Symbol.asyncDispose]() {
      isClosed = true;
      await worker?.terminate();
    },
  };
}

interface Solve {
  readonly pool: Pool;
  readonly specs: readonly string[];
  readonly timeLimitMs: number;
}

/** How a solve ended; `unread` when a file that it asked for could not be read. */
type Ending = SolveReply | { readonly type: 'unread'; readonly cause: unknown };

/** Sends one solve and hands over the files it asks for until it ends, whichever way. */
async function converse(worker: Worker, { pool, specs, timeLimitMs }: Solve): Promise<Ending> {
  const { promise, resolve } = Promise.withResolvers<Ending>();
  const breaks = (text: string): void => resolve({ type: 'broken', text });
  const file = 'candidates' in pool ? poolFiles(pool) : servedFiles(pool);
  const hand = async (paths: readonly string[]): Promise<void> => {
    const files = await Promise.all(paths.map(async (path) => [path, await file(path)] as const));
    send(worker, { type: 'files', files });
  };
  const onMessage = (message: FromWorker): void => {
    if (message.type === 'need') hand(message.paths).catch((cause: unknown) => resolve({ type: 'unread', cause }));
    else resolve(message);
  };
  const onError = (error: unknown): void => breaks(String(error));
  const onExit = (): void => breaks('its thread ended');
  const timer = setTimeout(() => breaks(`it took longer than ${timeLimitMs} ms`), timeLimitMs);
  worker.on('message', onMessage).on('error', onError).on('exit', onExit);
  const locked = lockedVirtualPackages(pool);
  // rattler ignores a `constrains` on a virtual package unless a spec asks for that package too.
  const lockedSpecs = locked.map(({ packageName, version, build }) => `${packageName} ==${version} ${build}`);
  const subdirs = 'candidates' in pool ? [noarch] : [pool.platform, noarch];
  send(worker, { type: 'solve', poolId: pool.id, subdirs, specs: [...specs, ...lockedSpecs], locked });
  const reply = await promise;
  clearTimeout(timer);
  worker.off('message', onMessage).off('error', onError).off('exit', onExit);
  return reply;
}

/** The forms that hold the same as `repodata.json` compressed: rattler would decode them again at each solve. */
const compressedForm = /\/repodata\.json\.(?:zst|bz2)$/;

/** A served channel's files, each in memory of its own. */
function servedFiles(channel: ServedChannel): (path: string) => Promise<Uint8Array<ArrayBuffer> | null> {
  return async (path) => {
    const bytes = compressedForm.test(path) ? null : await channel.read(path);
    return bytes && new Uint8Array(bytes);
  };
}

/** The buffers of files move to the thread instead of being copied. */
function send(worker: Worker, message: ToWorker): void {
  const bodies = message.type === 'files' ? message.files.flatMap(([, bytes]) => bytes?.buffer ?? []) : [];
  worker.postMessage(message, bodies);
}

/** The pool's virtual packages as installed packages. A value is `version` or `version=build`; the build is else `0`. */
function lockedVirtualPackages({ virtualPackages }: Pool): LockedPackage[] {
  const names = Object.keys(virtualPackages).sort();
  return names.map((packageName) => {
    const [version, build] = (virtualPackages[packageName] ?? '').split('=', 2);
    const parts = { packageName, version: version || '0', build: build || '0' };
    const filename = `${packageName}-${parts.version}-${parts.build}.conda`;
    const url = `${channelUrl}noarch/${filename}`;
    return { ...parts, buildNumber: 0, depends: [], subdir: 'noarch', filename, url };
  });
}

/** How rattler begins when the specs cannot hold together; whatever else it says is no verdict on them. */
const verdict = 'Cannot solve the request because of:';

/** A worker's reply as the solution for the pool it is about. */
function solutionOf(pool: Pool, reply: SolveReply): Solution {
  if (reply.type === 'solved') return { status: 'solved', keys: keysOf(pool, reply.packages) };
  // rattler's words without trailing space, a panic's stack, or the address of a channel that exists only in memory.
  const [words = ''] = reply.text.split('\n\nStack:');
  const explanation = words
    .replaceAll(channelUrl, 'pool/')
    .replace(/[^\S\n]+$/gm, '')
    .trim();
  if (explanation.startsWith(verdict)) return { status: 'unsolvable', explanation };
  return { status: 'failed', explanation: `the solver failed: ${explanation}` };
}

function keysOf(pool: Pool, packages: readonly { name: string; key: string }[]): string[] {
  const real = packages.filter(({ name }) => !name.startsWith('__'));
  for (const { name, key } of real) {
    const isKnown = !('candidates' in pool) || pool.candidates.get(name)?.some((candidate) => candidate.key === key);
    if (!isKnown) throw new GatehouseError('internal.bug', `the solver chose ${key}, which is not in its pool`);
  }
  return real.map(({ key }) => key).sort();
}
