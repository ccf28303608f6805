import { getCompileCacheDir } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import type { Offload } from '../core/index/check-package.ts';
import type { ChannelName } from '../core/layout.ts';
import type { Clock } from '../core/ports/clock.ts';
import { type IndexThread, indexThread } from './index-threads/index-thread.ts';

export interface IndexThreads extends AsyncDisposable {
  offload(digests: 'read' | 'noted'): Offload;
}

interface Options {
  readonly folder: string;
  readonly channel: ChannelName;
  readonly clock: Pick<Clock, 'now'>;
  /** At the most; by default four, or one less than processors, for who calls them works too. */
  readonly threads?: number;
  /** Packages that come by before the first thread starts: one costs as much as several hundred packages. */
  readonly worthIt?: number;
}

/** More are not kept busy: core/index/check-package.ts has eight calls under way. */
const useful = 4;
/** Calls under way in a thread at the most: one that it works on, and the next. */
const most = 2;

/**
 * Threads that index packages of a store in a folder, each with a store of its own; they start when there are many, and
 * take as many calls as they keep up with. Disposing ends them.
 */
export function indexThreads(options: Options): IndexThreads {
  const { folder, channel, clock, threads = Math.min(availableParallelism() - 1, useful), worthIt = 500 } = options;
  const cache = getCompileCacheDir();
  const place = { folder, channel, ...(cache !== undefined && { compileCache: dirname(cache) }) };
  const started: IndexThread[] = [];
  let seen = 0;
  const start = (): IndexThread | undefined => {
    if (seen < worthIt || started.length >= threads) return undefined;
    const thread = indexThread(place);
    started.push(thread);
    return thread;
  };
  return {
    offload: (digests) => (looks) => {
      seen += looks.length;
      const thread = started.find(({ load }) => load() < most) ?? start();
      return thread?.index({ looks, digests, now: clock.now() }) ?? null;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(started.map((thread) => thread[Symbol.asyncDispose]()));
    },
  };
}
