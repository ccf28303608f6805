import { join } from 'node:path';
import { folderCache } from '../adapters/cache-folder.ts';
import { compressBzip2 } from '../adapters/compress-bzip2.ts';
import { httpFetch } from '../adapters/http-fetch.ts';
import { type IndexThreads, indexThreads } from '../adapters/index-threads.ts';
import { rattlerSolver } from '../adapters/solver-rattler.ts';
import { folderStore } from '../adapters/store-folder.ts';
import type { Patches } from '../core/forms/hotfix/patches.ts';
import type { ChannelName } from '../core/layout.ts';
import type { DocumentCache } from '../core/ports/cache.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { Fetch } from '../core/ports/fetch.ts';
import type { Solver } from '../core/ports/solver.ts';
import type { Store } from '../core/ports/store.ts';
import { commandClock } from './command-clock.ts';
import { proxyEnvironment } from './proxy-environment.ts';

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

/** The world of a command line that works on a folder. */
export function openWorld(store: string): World {
  const solver = rattlerSolver();
  const clock = commandClock(process.env);
  return {
    channel: 'conda',
    store: folderStore(store),
    cache: folderCache(join(store, '_gatehouse', 'cache')),
    fetch: httpFetch({ proxyEnv: proxyEnvironment(process.env) }),
    clock,
    solver,
    indexThreads: () => indexThreads({ folder: store, channel: 'conda', clock }),
    bzip2: compressBzip2,
    [Symbol.asyncDispose]: () => solver[Symbol.asyncDispose](),
  };
}
