import { Worker } from 'node:worker_threads';
import { GatehouseError } from '../../core/error.ts';
import type { EntryChange } from '../../core/index/check-package.ts';
import { unpack } from './carried-error.ts';
import type { IndexCall, IndexReply, ThreadPlace } from './protocol.ts';

/** One thread that indexes packages; any number of calls may be under way. */
export interface IndexThread extends AsyncDisposable {
  /** Calls under way; no end of them once it has ended. */
  load(): number;
  index(call: Omit<IndexCall, 'id'>): Promise<readonly (EntryChange | null)[]>;
}

/** A package's bytes are read, decoded and done with: more room for what is young costs memory and gains nothing. */
const resourceLimits = { maxYoungGenerationSizeMb: 12 };

type Settle = Pick<PromiseWithResolvers<readonly (EntryChange | null)[]>, 'resolve' | 'reject'>;

export function indexThread(place: ThreadPlace): IndexThread {
  const worker = new Worker(new URL('worker.ts', import.meta.url), { workerData: place, execArgv: [], resourceLimits });
  const waiting = new Map<number, Settle>();
  let [calls, ended] = [0, false];
  const failAll = (why: unknown): void => {
    for (const { reject } of waiting.values()) reject(why);
    waiting.clear();
  };
  worker.on('message', (reply: IndexReply) => {
    const call = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ('changes' in reply) call?.resolve(reply.changes);
    else call?.reject(unpack(reply.error));
  });
  worker.on('error', failAll);
  worker.on('exit', () => {
    ended = true;
    failAll(new GatehouseError('internal.bug', 'a thread that indexes packages ended'));
  });
  return {
    load: () => (ended ? Number.POSITIVE_INFINITY : waiting.size),
    index(call) {
      const id = calls++;
      // Throws for what cannot be sent, and then nobody waits.
      worker.postMessage({ ...call, id } satisfies IndexCall);
      const { promise, ...settle } = Promise.withResolvers<readonly (EntryChange | null)[]>();
      waiting.set(id, settle);
      return promise;
    },
    async [Symbol.asyncDispose]() {
      await worker.terminate();
    },
  };
}
