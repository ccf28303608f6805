import { join } from 'node:path';
import { folderCache } from '../adapters/cache-folder.ts';
import { compressBzip2 } from '../adapters/compress-bzip2.ts';
import { httpFetch } from '../adapters/http-fetch.ts';
import { type IndexThreads, indexThreads } from '../adapters/index-threads.ts';
import { rattlerSolver } from '../adapters/solver-rattler.ts';
import { folderStore } from '../adapters/store-folder.ts';
import type { Patches } from '../core/forms/hotfix/hotfix.ts';
import type { ChannelName } from '../core/layout.ts';
import type { DocumentCache } from '../core/ports/cache.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { Fetch } from '../core/ports/fetch.ts';
import type { Solver } from '../core/ports/solver.ts';
import type { Store } from '../core/ports/store.ts';
import { bucketStore } from './bucket-store.ts';
import { commandClock } from './command-clock.ts';
import { proxyEnvironment } from './proxy-environment.ts';
import { bucketIn } from './store-flag.ts';
import { temporaryCache } from './temporary-cache.ts';

/** Everything the steps need of the outside, made once by a command and passed down. */
export interface World extends AsyncDisposable {
  readonly channel: ChannelName;
  readonly store: Store;
  readonly cache: DocumentCache;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly solver: Solver;
  /** Threads to index many packages with. */
  readonly indexThreads?: () => IndexThreads;
  /** The organisation's own hotfixes, for the commands that plan. */
  readonly patches?: Patches;
  readonly bzip2: (bytes: Uint8Array) => Promise<Uint8Array>;
}

/** The world of a command line that works on a folder, or on `s3://BUCKET`. */
export function openWorld(store: string): World {
  const place = openPlace(store);
  const solver = rattlerSolver();
  const clock = commandClock(process.env);
  return {
    channel: 'conda',
    store: place.store,
    cache: place.cache,
    fetch: httpFetch({ proxyEnv: proxyEnvironment(process.env) }),
    clock,
    solver,
    ...place.threads(clock),
    bzip2: compressBzip2,
    async [Symbol.asyncDispose]() {
      await solver[Symbol.asyncDispose]();
      await place.close();
    },
  };
}

interface Place extends Pick<World, 'store' | 'cache'> {
  /** A bucket's latency hides without threads. */
  threads(clock: Clock): Pick<World, 'indexThreads'>;
  close(): PromiseLike<void> | undefined;
}

function openPlace(store: string): Place {
  const bucket = bucketIn(store);
  if (bucket === null) {
    const cache = folderCache(join(store, '_gatehouse', 'cache'));
    const threads = (clock: Clock) => ({
      indexThreads: () => indexThreads({ folder: store, channel: 'conda', clock }),
    });
    return { store: folderStore(store), cache, threads, close: () => undefined };
  }
  const cache = temporaryCache();
  return { store: bucketStore(bucket), cache, threads: () => ({}), close: () => cache[Symbol.asyncDispose]() };
}
