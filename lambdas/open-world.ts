import { existsSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderCache } from '../adapters/cache-folder.ts';
import { compressBzip2 } from '../adapters/compress-bzip2.ts';
import { httpFetch } from '../adapters/http-fetch.ts';
import { sqsQueue } from '../adapters/queue-sqs.ts';
import { rattlerSolver } from '../adapters/solver-rattler.ts';
import { s3Store } from '../adapters/store-s3.ts';
import { systemClock } from '../adapters/system-clock.ts';
import type { ChannelName } from '../core/layout.ts';
import type { DocumentCache } from '../core/ports/cache.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { Fetch } from '../core/ports/fetch.ts';
import type { Queue } from '../core/ports/queue.ts';
import type { Solver } from '../core/ports/solver.ts';
import type { Store } from '../core/ports/store.ts';
import { environments, readEnvironment } from './environment.ts';
import { cloudFrontInvalidation, type Invalidate } from './invalidate.ts';
import { powertools, type Telemetry } from './telemetry.ts';

/** What every function needs of the outside. */
interface CloudWorld {
  readonly channel: ChannelName;
  readonly store: Store;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

export interface DownloaderWorld extends CloudWorld {
  readonly fetch: Fetch;
  /** Bytes: no larger package can be taken in here. */
  readonly scratch: number;
}

export interface ProverWorld extends CloudWorld {
  readonly solver: Solver;
}

export interface IndexerWorld extends CloudWorld {
  readonly queue: Queue;
  /** Null where nobody asked for it. */
  readonly invalidate: Invalidate | null;
  /** Undefined where nobody asked for it (lib/bundle-functions.ts). */
  readonly bzip2?: (bytes: Uint8Array) => Promise<Uint8Array>;
}

export interface PrunerWorld extends CloudWorld {
  /** Milliseconds. */
  readonly retain: number;
  /** The indexer's. */
  readonly indexes: Queue;
}

export interface ScraperWorld extends ProverWorld, PrunerWorld {
  readonly fetch: Fetch;
  readonly cache: DocumentCache;
  readonly queue: Queue;
  /** The same queue, whose messages come a quarter of an hour later, which is the longest that SQS keeps one back. */
  readonly later: Queue;
  readonly jobs: Queue;
}

const latest = 900;

/** Bundled beside each function that solves (lib/bundle-functions.ts). */
const workerUrl = new URL('./solver-worker.mjs', import.meta.url);

/** Bundled beside the indexer where somebody asked for it. */
const bzip2Url = new URL('./bzip2-worker.mjs', import.meta.url);

function openCloud(bucket: string): CloudWorld & Pick<DownloaderWorld, 'scratch'> {
  const { bavail, bsize } = statfsSync(tmpdir());
  const scratch = bavail * bsize;
  return {
    channel: 'conda',
    store: s3Store(bucket, { scratch }),
    scratch,
    clock: systemClock,
    telemetry: powertools(),
  };
}

export function openDownloader(): DownloaderWorld {
  const { GATEHOUSE_BUCKET } = readEnvironment(environments.bucketOnly);
  return { ...openCloud(GATEHOUSE_BUCKET), fetch: httpFetch() };
}

export function openProver(): ProverWorld {
  const { GATEHOUSE_BUCKET } = readEnvironment(environments.bucketOnly);
  return { ...openCloud(GATEHOUSE_BUCKET), solver: rattlerSolver({ workerUrl }) };
}

export function openIndexer(): IndexerWorld {
  const told = readEnvironment(environments.indexer);
  const { GATEHOUSE_DISTRIBUTION_ID: distribution } = told;
  return {
    ...openCloud(told.GATEHOUSE_BUCKET),
    queue: sqsQueue(told.GATEHOUSE_INDEX_QUEUE_URL),
    invalidate: distribution === undefined ? null : cloudFrontInvalidation(distribution),
    ...(existsSync(bzip2Url) && { bzip2: (bytes: Uint8Array) => compressBzip2(bytes, bzip2Url) }),
  };
}

export function openPruner(): PrunerWorld {
  const told = readEnvironment(environments.pruner);
  return {
    ...openCloud(told.GATEHOUSE_BUCKET),
    retain: told.GATEHOUSE_RETAIN_DAYS,
    indexes: sqsQueue(told.GATEHOUSE_INDEX_QUEUE_URL),
  };
}

export function openScraper(): ScraperWorld {
  const told = readEnvironment(environments.scraper);
  return {
    ...openCloud(told.GATEHOUSE_BUCKET),
    fetch: httpFetch(),
    solver: rattlerSolver({ workerUrl }),
    cache: folderCache(join(tmpdir(), 'gatehouse-cache')),
    retain: told.GATEHOUSE_RETAIN_DAYS,
    queue: sqsQueue(told.GATEHOUSE_PLAN_QUEUE_URL),
    later: sqsQueue(told.GATEHOUSE_PLAN_QUEUE_URL, { delaySeconds: latest }),
    jobs: sqsQueue(told.GATEHOUSE_JOB_QUEUE_URL),
    indexes: sqsQueue(told.GATEHOUSE_INDEX_QUEUE_URL),
  };
}
