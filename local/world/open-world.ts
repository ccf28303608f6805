import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { folderCache } from '../../adapters/cache-folder.ts';
import { compressBzip2 } from '../../adapters/compress-bzip2/compress-bzip2.ts';
import { httpFetch, hurried } from '../../adapters/http-fetch.ts';
import { networkOf } from '../../adapters/http-network.ts';
import { type IndexThreads, indexThreads } from '../../adapters/index-threads/index-threads.ts';
import { rattlerSolver } from '../../adapters/solver-rattler/solver-rattler.ts';
import { folderStore } from '../../adapters/store-folder/store-folder.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import type { PlanWorld } from '../../core/diff/make-plan.ts';
import type { Patches } from '../../core/documents/patches/hotfix.ts';
import type { GateAllowlist } from '../../core/gate/judge/gate-settings.ts';
import type { ChannelName } from '../../core/layout/keys.ts';
import type { Bzip2 } from '../../core/ports/bzip2.ts';
import type { DocumentCache } from '../../core/ports/cache.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Fetch } from '../../core/ports/fetch.ts';
import type { Log } from '../../core/ports/log.ts';
import type { Solver } from '../../core/ports/solver.ts';
import type { Store } from '../../core/ports/store.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import { shownUrl } from '../../core/problems/shown-url.ts';
import { openGlance } from '../../core/releases/glance.ts';
import { openNameEvidence } from '../../core/releases/name-evidence.ts';
import { openPythonIndexes } from '../../core/releases/python-indexes.ts';
import { openUpstreamSubdir } from '../../core/upstream/open-channel.ts';
import gatehouse from '../../package.json' with { type: 'json' };
import { bucketStore, temporaryCache } from './bucket-world.ts';

/** Everything the steps need of the outside, made once by a command and passed down. */
export interface World extends AsyncDisposable {
  readonly channel: ChannelName;
  readonly store: Store;
  readonly cache: DocumentCache;
  readonly fetch: Fetch;
  /** Gives up early; `fetch` without it. */
  readonly hurriedFetch?: Fetch;
  readonly clock: Clock;
  readonly solver: Solver;
  /** Threads to index many packages with. */
  readonly indexThreads?: (allowlist: GateAllowlist) => IndexThreads;
  /** The organisation's own hotfixes, for the commands that plan. */
  readonly patches?: Patches;
  readonly bzip2: Bzip2;
  /** Gatehouse's version, which verdicts name. */
  readonly judgedBy: string;
}

/** Each takes some 250 MB of memory at work, and 1 GiB at most; what is around the solver keeps no more than two busy. */
const maxSolverThreads = 2;

/** The world of a command line that works on a folder, or on `s3://BUCKET`. */
export function openWorld(store: string): World {
  const bucket = bucketIn(store);
  const solver = rattlerSolver({ workers: Math.min(availableParallelism(), maxSolverThreads) });
  const clock = commandClock(process.env);
  const network = networkOf(process.env);
  const [fetch, hurriedFetch] = [httpFetch(network), httpFetch({ ...network, ...hurried })];
  const judgedBy = gatehouse.version;
  const common = { channel: 'conda', fetch, hurriedFetch, clock, solver, bzip2: compressBzip2, judgedBy } as const;
  if (bucket === null) {
    return {
      ...common,
      store: folderStore(store),
      cache: folderCache(join(store, '_gatehouse', 'cache'), { root: store }),
      indexThreads: (allowlist) =>
        indexThreads({
          folder: store,
          channel: 'conda',
          clock,
          gate: { allowlist, judgedBy, environment: { ...process.env } },
        }),
      [Symbol.asyncDispose]: () => solver[Symbol.asyncDispose](),
    };
  }
  const cache = temporaryCache();
  return {
    ...common,
    // Without threads: what they hide of a bucket's latency is hidden already.
    store: bucketStore(bucket),
    cache,
    async [Symbol.asyncDispose]() {
      await solver[Symbol.asyncDispose]();
      await cache[Symbol.asyncDispose]();
    },
  };
}

/** The bucket that a checked `--store` names, or null when it is a folder. */
export const bucketIn = (store: string): string | null => (store.startsWith('s3://') ? store.slice(5) : null);

/**
 * The system's clock, or one that stands at `SOURCE_DATE_EPOCH` (seconds; reproducible-builds.org), so that two runs
 * give the same bytes. Waiting takes real time either way.
 */
function commandClock(environment: NodeJS.ProcessEnv): Clock {
  const epoch = environment['SOURCE_DATE_EPOCH'];
  if (epoch === undefined || epoch === '') return systemClock;
  if (!/^\d{1,12}$/.test(epoch)) {
    throw new GatehouseError('usage.invalid', `SOURCE_DATE_EPOCH is "${epoch}", which is not whole seconds`, {
      hint: 'unset it, or set it to seconds since 1970, for example 1700000000',
    });
  }
  return { ...systemClock, now: () => Number(epoch) * 1000 };
}

/**
 * 90 days in milliseconds: so long what a solution left behind stays installable, and what left the index keeps its
 * bytes, for those who pinned it (docs/decisions.md 12).
 */
export const retain = 90 * 24 * 60 * 60 * 1000;

export function planWorld(world: World, log: Log): PlanWorld {
  return {
    ...world,
    log,
    retain,
    pythonIndexes: openPythonIndexes({ ...world, log }),
    nameEvidence: openNameEvidence({ ...world, log }),
    glance: openGlance({ ...world, log, fetch: world.hurriedFetch ?? world.fetch }),
    async openSubdir(channel, subdir, isOptional) {
      const opened = await openUpstreamSubdir(channel, subdir, { ...world, log, isOptional });
      if (opened !== null) log({ type: 'plan.upstream', url: shownUrl(opened.url), names: opened.names().size });
      return opened;
    },
  };
}
