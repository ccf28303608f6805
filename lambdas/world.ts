import { existsSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import { folderCache } from '../adapters/cache-folder.ts';
import { cloudFrontInvalidation } from '../adapters/cloudfront-invalidation.ts';
import { compressBzip2 } from '../adapters/compress-bzip2/compress-bzip2.ts';
import { httpFetch, hurried } from '../adapters/http-fetch.ts';
import { netrcSecret } from '../adapters/netrc-secret.ts';
import { sqsQueue } from '../adapters/queue-sqs.ts';
import { rattlerSolver } from '../adapters/solver-rattler/solver-rattler.ts';
import { sqsDeadLetters } from '../adapters/sqs-dead-letters.ts';
import { sqsVisibility } from '../adapters/sqs-visibility.ts';
import { s3Store } from '../adapters/store-s3/store-s3.ts';
import { systemClock } from '../adapters/system-clock.ts';
import type { Schedules } from '../core/documents/clocks.ts';
import type { ChannelName } from '../core/layout/keys.ts';
import type { Bzip2 } from '../core/ports/bzip2.ts';
import type { DocumentCache } from '../core/ports/cache.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { Fetch } from '../core/ports/fetch.ts';
import type { Queue } from '../core/ports/queue.ts';
import type { Solver } from '../core/ports/solver.ts';
import type { Store } from '../core/ports/store.ts';
import gatehouse from '../package.json' with { type: 'json' };
import {
  downloaderEnvironment,
  indexerEnvironment,
  proverEnvironment,
  prunerEnvironment,
  readEnvironment,
  scraperEnvironment,
  sweeperEnvironment,
  type workerEnvironment,
} from './environment.ts';
import type { Postponing } from './soon-again.ts';
import { powertools, type Telemetry } from './telemetry.ts';

/** What every function needs of the outside. */
export interface CloudWorld {
  readonly channel: ChannelName;
  readonly store: Store;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

/** Of a function that lets files in. */
export interface JudgingWorld extends CloudWorld {
  readonly fetch: Fetch;
  /** Gatehouse's version, which verdicts name. */
  readonly judgedBy: string;
}

export interface DownloaderWorld extends JudgingWorld {
  /** Bytes: no larger package can be taken in here. */
  readonly scratch: number;
  /** Undefined where nobody asked for it (`bz2` in lib/settings/settings.ts). */
  readonly bzip2?: Bzip2;
}

export interface ProverWorld extends CloudWorld {
  readonly solver: Solver;
  /** Its own, whose messages come when the index has had time to come to rest. */
  readonly queue: Queue;
}

/** Of a function that has the edges forget what changed. */
interface InvalidatingWorld extends JudgingWorld {
  /** The channel's name, below which the edge function serves it. */
  readonly servedName: string;
}

export interface IndexerWorld extends InvalidatingWorld {
  readonly queue: Queue;
  /** Takes paths out of the edges' caches before their minute is over; null where nobody asked for it. */
  readonly invalidate: ((paths: readonly string[]) => Promise<void>) | null;
  /** Undefined where nobody asked for it (`bz2` in lib/settings/settings.ts). */
  readonly bzip2?: Bzip2;
}

export interface SweeperWorld extends InvalidatingWorld {
  /** Its own: a sweep goes on by a message. */
  readonly queue: Queue;
  /** The indexer's. */
  readonly indexes: Queue;
  /**
   * Has the edges forget paths, under a name that is heard once; null without CloudFront. It is no matter of the setting
   * `invalidate`: packages are kept for a year.
   */
  readonly purge: ((paths: readonly string[], reference: string) => Promise<void>) | null;
}

export interface PrunerWorld extends CloudWorld {
  /** Milliseconds. */
  readonly retain: number;
  /** The indexer's. */
  readonly indexes: Queue;
}

export interface ScraperWorld extends PrunerWorld, JudgingWorld {
  readonly solver: Solver;
  /** Gives up early; `fetch` without it. */
  readonly hurriedFetch?: Fetch;
  readonly cache: DocumentCache;
  readonly queue: Queue;
  /** The same queue, whose messages come a quarter of an hour later, which is the longest that SQS delays one. */
  readonly later: Queue;
  readonly jobs: Queue;
  /** Of what the clock starts. */
  readonly schedules: Schedules;
}

const maxDelaySeconds = 900;
/** For so long an index is not to change before it is proved. */
const restSeconds = 120;

/** Bundled beside each function that solves (lib/bundle/bundle-functions.ts). */
const solverWorkerUrl = new URL('./solver-worker.mjs', import.meta.url);

/** Bundled beside the downloader and the indexer where `bz2` is on (lib/bundle/bundle-functions.ts). */
const bzip2WorkerUrl = new URL('./bzip2-worker.mjs', import.meta.url);

export function openDownloader(): DownloaderWorld & Postponing {
  const variables = readEnvironment(downloaderEnvironment);
  return { ...openWorker(variables), ...judging(variables), ...bundledBzip2() };
}

export function openProver(): ProverWorld & Postponing {
  const variables = readEnvironment(proverEnvironment);
  return {
    ...openWorker(variables),
    solver: rattlerSolver({ workerUrl: solverWorkerUrl }),
    queue: sqsQueue(variables.GATEHOUSE_PROOF_QUEUE_URL, { delaySeconds: restSeconds }),
  };
}

export function openIndexer(): IndexerWorld & Postponing {
  const variables = readEnvironment(indexerEnvironment);
  const { GATEHOUSE_DISTRIBUTION_ID: distribution } = variables;
  return {
    ...openWorker(variables),
    ...judging(variables),
    queue: sqsQueue(variables.GATEHOUSE_INDEX_QUEUE_URL),
    servedName: variables.GATEHOUSE_SERVED_NAME,
    invalidate: distribution === undefined ? null : cloudFrontInvalidation(distribution),
    ...bundledBzip2(),
  };
}

export function openSweeper(): SweeperWorld & Postponing {
  const variables = readEnvironment(sweeperEnvironment);
  const { GATEHOUSE_DISTRIBUTION_ID: distribution } = variables;
  return {
    ...openWorker(variables),
    ...judging(variables),
    queue: sqsQueue(variables.GATEHOUSE_SWEEP_QUEUE_URL),
    servedName: variables.GATEHOUSE_SERVED_NAME,
    indexes: sqsQueue(variables.GATEHOUSE_INDEX_QUEUE_URL),
    purge: distribution === undefined ? null : cloudFrontInvalidation(distribution),
  };
}

export function openPruner(): PrunerWorld {
  const variables = readEnvironment(prunerEnvironment);
  return {
    ...openCloud(variables.GATEHOUSE_BUCKET),
    retain: variables.GATEHOUSE_RETAIN_DAYS,
    indexes: sqsQueue(variables.GATEHOUSE_INDEX_QUEUE_URL),
  };
}

export function openScraper(): ScraperWorld & Postponing {
  const variables = readEnvironment(scraperEnvironment);
  return {
    ...openWorker(variables),
    ...judging(variables),
    solver: rattlerSolver({ workerUrl: solverWorkerUrl }),
    cache: folderCache(join(tmpdir(), 'gatehouse-cache')),
    retain: variables.GATEHOUSE_RETAIN_DAYS,
    queue: sqsQueue(variables.GATEHOUSE_PLAN_QUEUE_URL),
    later: sqsQueue(variables.GATEHOUSE_PLAN_QUEUE_URL, { delaySeconds: maxDelaySeconds }),
    jobs: sqsQueue(variables.GATEHOUSE_JOB_QUEUE_URL),
    schedules: variables.GATEHOUSE_SCHEDULES,
    indexes: sqsQueue(variables.GATEHOUSE_INDEX_QUEUE_URL),
  };
}

type NetrcVariables = Pick<z.infer<typeof downloaderEnvironment>, 'GATEHOUSE_NETRC_SECRET'>;

/** How upstreams are asked: with the credentials that the secret has for them, read once for all. */
function judging({ GATEHOUSE_NETRC_SECRET: secret }: NetrcVariables) {
  const network = secret === undefined ? {} : { logins: netrcSecret(secret) };
  return {
    fetch: httpFetch(network),
    hurriedFetch: httpFetch({ ...network, ...hurried }),
    judgedBy: gatehouse.version,
  };
}

const bundledBzip2 = (): { bzip2?: Bzip2 } =>
  existsSync(bzip2WorkerUrl) ? { bzip2: (bytes) => compressBzip2(bytes, bzip2WorkerUrl) } : {};

function openWorker(variables: z.infer<typeof workerEnvironment>) {
  const { GATEHOUSE_BUCKET: bucket, GATEHOUSE_OWN_QUEUE_URL: ownQueue } = variables;
  const { GATEHOUSE_DEAD_LETTERS_URL: deadLetters, GATEHOUSE_MAX_RECEIVES: maxReceives } = variables;
  const giveUp = sqsDeadLetters(deadLetters);
  return { ...openCloud(bucket), postpone: sqsVisibility(ownQueue), maxReceives, giveUp };
}

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
