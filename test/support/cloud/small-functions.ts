import { memoryCache } from '../../../adapters/cache-memory.ts';
import { httpFetch } from '../../../adapters/http-fetch.ts';
import { schedulesSchema } from '../../../core/documents/clocks.ts';
import { parseJson } from '../../../core/json/json.ts';
import type { Clock } from '../../../core/ports/clock.ts';
import type { Queue } from '../../../core/ports/queue.ts';
import type { Solver } from '../../../core/ports/solver.ts';
import type { Condition } from '../../../core/ports/store.ts';
import { GatehouseError } from '../../../core/problems/error.ts';
import { fetchBatch } from '../../../lambdas/downloader.ts';
import { index } from '../../../lambdas/indexer.ts';
import { proveChannel } from '../../../lambdas/prover.ts';
import { pruneChannel } from '../../../lambdas/pruner.ts';
import { scrape } from '../../../lambdas/scraper.ts';
import { sweepChannel } from '../../../lambdas/sweeper.ts';
import type { IndexerWorld } from '../../../lambdas/world.ts';
import { type Bucket, memoryStore, type StoreOperation } from '../../twins/store-memory.ts';
import type { RecordedTelemetry } from './recorded-telemetry.ts';
import type { SmallQueue } from './small-queue.ts';
import { deployedFunction, mayAct, maySend, type SmallFunction } from './small-stack.ts';

/** One invocation; `killed` when it was cut off. */
export interface Life {
  killed: boolean;
}

export interface Purged {
  readonly paths: readonly string[];
  readonly reference: string;
}

export interface Outside {
  readonly bucket: Bucket;
  readonly clock: Clock;
  readonly telemetry: RecordedTelemetry;
  readonly solver: Solver;
  readonly bzip2: () => IndexerWorld['bzip2'];
  /** @param place the queue's URL or ARN */
  readonly queueAt: (place: string) => SmallQueue;
  /** Told of what CloudFront is to forget. */
  readonly purged: (invalidation: Purged) => void;
  /** Told of each request to the bucket. */
  readonly asked: (operation: StoreOperation) => void;
  /** Awaited before everything that an invocation does to the bucket or to a queue. */
  readonly effect: (life: Life) => Promise<void>;
}

const dayMs = 24 * 60 * 60 * 1000;

/** The handlers with worlds in memory, which know of the stack what their environment says and may do what their role lets. */
export function smallFunctions(outside: Outside) {
  const { solver } = outside;
  const scraperWorld = (life: Life, by: SmallFunction | null = 'scraper') => {
    const { sending, variables, ...world } = worldOf('scraper', by, { ...outside, life });
    return {
      ...world,
      solver,
      fetch: httpFetch(),
      judgedBy: '0.0.0',
      cache: memoryCache(),
      retain: Number(variables['GATEHOUSE_RETAIN_DAYS']) * dayMs,
      scratch: Number.POSITIVE_INFINITY,
      queue: sending('GATEHOUSE_PLAN_QUEUE_URL'),
      later: sending('GATEHOUSE_PLAN_QUEUE_URL', 'sendDelayed'),
      jobs: sending('GATEHOUSE_JOB_QUEUE_URL'),
      schedules: parseJson(variables['GATEHOUSE_SCHEDULES'] ?? '', schedulesSchema, 'the schedules'),
      indexes: sending('GATEHOUSE_INDEX_QUEUE_URL'),
    };
  };
  const downloaderWorld = (life: Life) => {
    const world = worldOf('downloader', 'downloader', { ...outside, life });
    return { ...world, fetch: httpFetch(), judgedBy: '0.0.0', scratch: Number.POSITIVE_INFINITY };
  };
  const indexerWorld = (life: Life) => {
    const { sending, ...world } = worldOf('indexer', 'indexer', { ...outside, life });
    const bzip2 = outside.bzip2();
    const sent = { queue: sending('GATEHOUSE_INDEX_QUEUE_URL'), invalidate: null };
    return { ...world, ...sent, fetch: httpFetch(), judgedBy: '0.0.0', ...(bzip2 && { bzip2 }) };
  };
  const proverWorld = (life: Life) => {
    const { sending, ...world } = worldOf('prover', 'prover', { ...outside, life });
    return { ...world, solver, queue: sending('GATEHOUSE_PROOF_QUEUE_URL', 'sendDelayed') };
  };
  const prunerWorld = (life: Life) => {
    const { sending, variables, ...world } = worldOf('pruner', 'pruner', { ...outside, life });
    const retain = Number(variables['GATEHOUSE_RETAIN_DAYS']) * dayMs;
    return { ...world, retain, indexes: sending('GATEHOUSE_INDEX_QUEUE_URL') };
  };
  const sweeperWorld = (life: Life) => {
    const { sending, ...world } = worldOf('sweeper', 'sweeper', { ...outside, life });
    const sent = { queue: sending('GATEHOUSE_SWEEP_QUEUE_URL'), indexes: sending('GATEHOUSE_INDEX_QUEUE_URL') };
    const purge = async (paths: readonly string[], reference: string) => {
      await outside.effect(life);
      outside.purged({ paths, reference });
    };
    return { ...world, ...sent, fetch: httpFetch(), judgedBy: '0.0.0', purge };
  };
  const handlers: Record<SmallFunction, (event: unknown, life: Life) => Promise<unknown>> = {
    scraper: (event, life) => scrape(event, scraperWorld(life), contextOf('scraper')),
    downloader: (event, life) => fetchBatch(event, downloaderWorld(life), contextOf('downloader')),
    indexer: (event, life) => index(event, indexerWorld(life), contextOf('indexer')),
    prover: (event, life) => proveChannel(event, proverWorld(life), contextOf('prover')),
    pruner: (event, life) => pruneChannel(event, prunerWorld(life)),
    sweeper: (event, life) => sweepChannel(event, sweeperWorld(life), contextOf('sweeper')),
  };
  return { handlers, worldByHand: (life: Life) => scraperWorld(life, null) };
}

const contextOf = (name: SmallFunction) => ({ getRemainingTimeInMillis: () => 1000 * deployedFunction(name).Timeout });

const forbidden = (message: string) => new GatehouseError('store.denied', message);

/**
 * What all worlds have.
 *
 * @param by whose role counts; null for nobody of the stack
 */
function worldOf(name: SmallFunction, by: SmallFunction | null, outside: Outside & { readonly life: Life }) {
  const { bucket, clock, telemetry, queueAt, effect, life } = outside;
  const { Variables: variables } = deployedFunction(name).Environment;
  const before = (operation: StoreOperation, key: string, condition?: Condition) => {
    if (!mayAct(by, operation, key, condition)) throw forbidden(`${by} may not ${operation} ${key}`);
    outside.asked(operation);
    return effect(life);
  };
  const sending = (variable: string, send: 'send' | 'sendDelayed' = 'send'): Queue => {
    const url = variables[variable] ?? '';
    const queue = queueAt(url);
    return {
      async send(bodies) {
        if (!maySend(by, url.replace(/^.*\//, ''))) throw forbidden(`${by} may not send to ${url}`);
        for (const body of bodies) {
          await effect(life);
          queue[send](body);
        }
      },
    };
  };
  const names = { channel: 'conda' as const, servedName: 'gatehouse' };
  return { ...names, store: memoryStore({ before }, bucket), clock, telemetry, sending, variables };
}
