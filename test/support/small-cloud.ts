import { createHash } from 'node:crypto';
import { memoryCache } from '../../adapters/cache-memory.ts';
import { httpFetch } from '../../adapters/http-fetch.ts';
import { GatehouseError } from '../../core/error.ts';
import { allowlistKey, type ObjectKey } from '../../core/layout.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Queue } from '../../core/ports/queue.ts';
import type { Solver } from '../../core/ports/solver.ts';
import { download } from '../../lambdas/downloader.ts';
import type { BatchReply, SqsMessage } from '../../lambdas/events.ts';
import { index } from '../../lambdas/indexer.ts';
import { proveChannel } from '../../lambdas/prover.ts';
import { pruneChannel } from '../../lambdas/pruner.ts';
import { scrape } from '../../lambdas/scraper.ts';
import type { DownloaderWorld, IndexerWorld, ScraperWorld } from '../../lambdas/world.ts';
import type { access } from '../../lib/permissions.ts';
import { type Bucket, type Change, memoryStore, newBucket, type StoreOperation } from '../twins/store-memory.ts';
import {
  type CloudFunction,
  type CloudQueues,
  cloudFunctions,
  cloudQueues,
  type Disorder,
  type Waiting,
} from './cloud-queues.ts';
import { mayDo } from './may-do.ts';
import { subscribers } from './subscribers.ts';
import { type Told, telling } from './telling.ts';

export interface Mischief extends Disorder {
  /** Ends the invocation, and whatever it still does, before the nth effect of the whole play. */
  readonly crash?: (effect: number) => boolean;
}

export interface SmallCloud {
  readonly bucket: Bucket;
  readonly told: Told;
  readonly dead: CloudQueues['dead'];
  /** Effects so far. */
  effects: number;
  /** Loses the messages of which it says so. */
  drop: (body: string) => boolean;
  /** The indexer's bzip2 thread, where it has one. */
  bzip2: IndexerWorld['bzip2'];
  /** The world of an invocation, for one by hand. */
  world(): ScraperWorld & DownloaderWorld;
  now: number;
  put(key: ObjectKey, bytes: Uint8Array): Promise<void>;
  allowlist(document: unknown): Promise<void>;
  send(to: CloudFunction, body: string): void;
  /** Invokes with a batch as Lambda does; what fails comes again. */
  invoke(on: CloudFunction, messages: readonly SqsMessage[]): Promise<BatchReply>;
  /** The schedule's event. */
  schedule(id: string): Promise<unknown>;
  reconcile(): Promise<unknown>;
  /** The weekly rule's event. */
  prune(): Promise<unknown>;
  /** Delivers until nothing is left, not even what comes later. */
  run(): Promise<void>;
  /** Delivers what is there, and then what comes later once. */
  turn(): Promise<void>;
  /** What is served and what is kept of it, by key. */
  objects(prefix?: string): Record<string, string>;
}

class Killed extends Error {}

const forbidden = (message: string) => new GatehouseError('store.broken', message);

const md5 = (bytes: Uint8Array) => `"${createHash('md5').update(bytes).digest('hex')}"`;

/** The functions between a bucket and queues in memory, wired as the stack wires them. */
export function smallCloud(solver: Solver, mischief: Mischief = { random: () => 0 }): SmallCloud {
  const { random, crash = () => false } = mischief;
  const queues = cloudQueues(mischief, (body) => cloud.drop(body));
  const { waiting, later, enqueue, again, take } = queues;
  const notify = ({ key, before, after }: Change) => {
    for (const to of subscribers(key, after !== null)) {
      const encoded = encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+');
      const eventName = after === null ? 'ObjectRemoved:Delete' : 'ObjectCreated:Put';
      if (before === after) continue;
      const s3 = { bucket: { name: 'channel' }, object: { key: encoded } };
      enqueue(waiting(to), JSON.stringify({ Records: [{ eventVersion: '2.1', eventName, s3 }] }));
    }
  };
  const bucket = newBucket({ etagOf: md5, onChange: notify, now: () => cloud.now });
  const told = telling();
  let alive = { killed: false };
  const effect = async (own: { killed: boolean }) => {
    if (own.killed) throw new Killed('the invocation was over');
    if (crash(cloud.effects)) own.killed = true;
    cloud.effects += 1;
    if (own.killed) throw new Killed('the invocation was cut off');
  };
  const clock: Clock = { now: () => cloud.now, sleep: async () => {}, random };
  const sending = (to: Waiting[], own: { killed: boolean }): Queue => ({
    async send(bodies) {
      for (const body of bodies) {
        await effect(own);
        enqueue(to, body);
      }
    },
  });
  const world = (own: { killed: boolean }, by?: keyof typeof access) => {
    const before = (operation: StoreOperation, key: string) => {
      if (by !== undefined && !mayDo(by, operation, key)) throw forbidden(`${by} may not ${operation} ${key}`);
      return effect(own);
    };
    return {
      channel: 'conda' as const,
      store: memoryStore({ before }, bucket),
      clock,
      telemetry: told,
      solver,
      fetch: httpFetch(),
      cache: memoryCache(),
      retain: 90 * 24 * 60 * 60 * 1000,
      scratch: Number.POSITIVE_INFINITY,
      queue: sending(waiting('scraper'), own),
      later: sending(later, own),
      jobs: sending(waiting('downloader'), own),
      indexes: sending(waiting('indexer'), own),
    };
  };
  const context = { getRemainingTimeInMillis: () => 900_000 };
  const indexing = (own: { killed: boolean }) => {
    const { indexes: queue, ...rest } = world(own, 'indexer');
    return { ...rest, queue, invalidate: null, ...(cloud.bzip2 && { bzip2: cloud.bzip2 }) };
  };
  const handlers = {
    scraper: (event: unknown) => scrape(event, world(alive, 'scraper'), context),
    downloader: (event: unknown) => download(event, world(alive, 'downloader'), context),
    indexer: (event: unknown) => index(event, indexing(alive)),
    prover: (event: unknown) => proveChannel(event, world(alive, 'prover')),
  };
  const invoke = (on: CloudFunction, event: unknown) => {
    alive = { killed: false };
    return handlers[on](event);
  };
  const deliver = async (on: CloudFunction, batch: readonly Waiting[]) => {
    try {
      const { batchItemFailures } = await invoke(on, { Records: batch });
      const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      // Who was cut off reported nothing: all of it comes again.
      const failing = alive.killed ? batch : batch.filter(({ messageId }) => failed.has(messageId));
      again(on, failing);
    } catch (error) {
      if (!(error instanceof Killed) && !alive.killed) throw error;
      again(on, batch);
    }
  };
  const cloud: SmallCloud = {
    bucket,
    told,
    dead: queues.dead,
    effects: 0,
    now: Date.UTC(2026, 0, 1),
    put: async (key, bytes) => void (await memoryStore({}, bucket).put(key, bytes)),
    allowlist: (document) => cloud.put(allowlistKey, Buffer.from(JSON.stringify(document))),
    send: (to, body) => enqueue(waiting(to), body),
    drop: () => false,
    bzip2: undefined,
    world: () => world(alive),
    invoke: (on, batch) => invoke(on, { Records: batch }),
    schedule: (id) => invoke('scraper', { id, source: 'aws.events', 'detail-type': 'Scheduled Event' }),
    reconcile: () => invoke('indexer', { type: 'reconcile' }),
    prune() {
      alive = { killed: false };
      return pruneChannel({}, world(alive, 'pruner'));
    },
    async turn() {
      waiting('scraper').push(...later.splice(0));
      for (let turns = 0; turns < 5000; turns++) {
        const ready = cloudFunctions.filter((name) => waiting(name).length > 0);
        const on = ready[Math.floor(random() * ready.length)];
        if (on === undefined) return;
        await deliver(on, take(waiting(on)));
      }
      throw new Error('it never comes to rest');
    },
    async run() {
      for (let turns = 0; turns < 100; turns++) {
        await cloud.turn();
        if (later.length === 0) return;
      }
      throw new Error('it comes back later for ever');
    },
    objects: (prefix = '') =>
      Object.fromEntries(
        [...bucket.objects]
          .filter(([key]) => key.startsWith(prefix))
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, { bytes }]) => [key, md5(bytes)]),
      ),
  };
  return cloud;
}
