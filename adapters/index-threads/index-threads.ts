import { getCompileCacheDir } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { EntryChange, Offload } from '../../core/index/check-package.ts';
import type { ChannelName } from '../../core/layout/keys.ts';
import type { Clock } from '../../core/ports/clock.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import { deserializeError, type IndexCall, type IndexReply, type ThreadGate, type ThreadPlace } from './messages.ts';

export interface IndexThreads extends AsyncDisposable {
  offload(digests: 'read' | 'noted'): Offload;
}

interface Options {
  readonly folder: string;
  readonly channel: ChannelName;
  readonly clock: Pick<Clock, 'now'>;
  readonly gate: ThreadGate;
  /** Four when absent, or one less than there are processors: the thread that calls them works too. */
  readonly maxThreads?: number;
  /** Packages seen before the first thread starts; 500 when absent. To start a thread costs as much as indexing several hundred. */
  readonly minPackages?: number;
}

/** The indexer has eight calls under way at once, which do not keep more threads busy. */
const maxUsefulThreads = 4;
/** The call that the thread works on, and the next. */
const maxCallsPerThread = 2;

/**
 * Threads that index packages of a store in a folder, each with a store of its own; they start when there are many, and
 * take as many calls as they keep up with: `offload` gives null for a call that the caller is to do itself. Disposing
 * ends them.
 */
export function indexThreads(options: Options): IndexThreads {
  const { folder, channel, clock, gate, minPackages = 500 } = options;
  const { maxThreads = Math.min(availableParallelism() - 1, maxUsefulThreads) } = options;
  const cache = getCompileCacheDir();
  const place = { folder, channel, gate, ...(cache !== undefined && { compileCache: dirname(cache) }) };
  const started: IndexThread[] = [];
  let seen = 0;
  const start = (): IndexThread | undefined => {
    if (seen < minPackages || started.length >= maxThreads) return undefined;
    const thread = indexThread(place);
    started.push(thread);
    return thread;
  };
  return {
    offload: (digests) => (checks) => {
      seen += checks.length;
      const thread = started.find(({ callsUnderWay }) => callsUnderWay() < maxCallsPerThread) ?? start();
      return thread?.index({ checks, digests, now: clock.now() }) ?? null;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(started.map((thread) => thread[Symbol.asyncDispose]()));
    },
  };
}

type Changes = readonly (EntryChange | null)[];

interface IndexThread extends AsyncDisposable {
  /** Infinite once the thread has ended. */
  callsUnderWay(): number;
  index(call: Omit<IndexCall, 'id'>): Promise<Changes>;
}

/** A package's bytes are read, decoded and done with: more room for what is young costs memory and gains nothing. */
const resourceLimits = { maxYoungGenerationSizeMb: 12 };

const workerUrl = new URL('./worker.ts', import.meta.url);

function indexThread(place: ThreadPlace): IndexThread {
  const worker = new Worker(workerUrl, { workerData: place, execArgv: [], resourceLimits });
  const waiting = new Map<number, Pick<PromiseWithResolvers<Changes>, 'resolve' | 'reject'>>();
  let [calls, isEnded] = [0, false];
  const failAll = (reason: unknown): void => {
    for (const { reject } of waiting.values()) reject(reason);
    waiting.clear();
  };
  worker.on('message', (reply: IndexReply) => {
    const call = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ('changes' in reply) call?.resolve(reply.changes);
    else call?.reject(deserializeError(reply.error));
  });
  worker.on('error', failAll);
  worker.on('exit', () => {
    isEnded = true;
    failAll(new GatehouseError('internal.bug', 'a thread that indexes packages ended'));
  });
  return {
    callsUnderWay: () => (isEnded ? Number.POSITIVE_INFINITY : waiting.size),
    index(call) {
      const id = calls++;
      // Throws for what cannot be sent, and then nobody waits.
      worker.postMessage({ ...call, id } satisfies IndexCall);
      const { promise, ...deferred } = Promise.withResolvers<Changes>();
      waiting.set(id, deferred);
      return promise;
    },
    async [Symbol.asyncDispose]() {
      await worker.terminate();
    },
  };
}
