import { createHash } from 'node:crypto';
import { memoryCache } from '../../adapters/cache-memory.ts';
import { httpFetch } from '../../adapters/http-fetch.ts';
import { GatehouseError } from '../../core/error.ts';
import { canonicalJson } from '../../core/json.ts';
import { allowlistKey, type ObjectKey } from '../../core/layout.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Queue } from '../../core/ports/queue.ts';
import type { Solver } from '../../core/ports/solver.ts';
import { download } from '../../lambdas/downloader.ts';
import { index } from '../../lambdas/indexer.ts';
import type { DownloaderWorld, IndexerWorld, ScraperWorld } from '../../lambdas/open-world.ts';
import { proveChannel } from '../../lambdas/prover.ts';
import { pruneChannel } from '../../lambdas/pruner.ts';
import { scrape } from '../../lambdas/scraper.ts';
import type { BatchReply, SqsMessage } from '../../lambdas/sqs-batch.ts';
import type { Telemetry } from '../../lambdas/telemetry.ts';
import { access } from '../../lib/permissions.ts';
import { type Bucket, type Change, memoryStore, newBucket, type StoreOperation } from '../twins/store-memory.ts';

const functions = ['scraper', 'downloader', 'indexer', 'prover'] as const;
type CloudFunction = (typeof functions)[number];

/** A fake of Telemetry that remembers. */
interface Told extends Telemetry {
  readonly lines: string[];
  readonly counts: Map<string, number>;
}

export function telling(): Told {
  const lines: string[] = [];
  const counts = new Map<string, number>();
  const line = (kind: string, facts: unknown) => void lines.push(`${kind} ${canonicalJson(facts)}`);
  return {
    lines,
    counts,
    log: (event) => line(event.type, event),
    note: line,
    warn: (message, facts) => line(`warning: ${message}`, facts),
    failed: (what, error) => void lines.push(`failed: ${what}: ${error}`),
    count: (metric, value) => void counts.set(metric, (counts.get(metric) ?? 0) + value),
    flush: () => {},
  };
}

interface Waiting extends SqsMessage {
  readonly receives: number;
}

export interface Mischief {
  /** A number from 0 to 1, for what comes when, and how often. */
  readonly random: () => number;
  /** How likely a message comes once more. */
  readonly duplicates?: number;
  /** Ends the invocation, and whatever it still does, before the nth effect of the whole play. */
  readonly crash?: (effect: number) => boolean;
}

export interface SmallCloud {
  readonly bucket: Bucket;
  readonly told: Told;
  readonly dead: { readonly queue: CloudFunction; readonly body: string }[];
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

const maxReceives = 12;
const md5 = (bytes: Uint8Array) => `"${createHash('md5').update(bytes).digest('hex')}"`;

/** The functions between a bucket and queues in memory, wired as the stack wires them. */
export function smallCloud(solver: Solver, mischief: Mischief = { random: () => 0 }): SmallCloud {
  const { random, duplicates = 0, crash = () => false } = mischief;
  const queues = new Map(functions.map((name): [CloudFunction, Waiting[]] => [name, []]));
  const waiting = (name: CloudFunction) => queues.get(name) ?? [];
  const later: Waiting[] = [];
  let messages = 0;
  const message = (body: string): Waiting => {
    messages += 1;
    return { messageId: `m${messages}`, body, receives: 0 };
  };
  const enqueue = (to: Waiting[], body: string) => {
    if (!cloud.drop(body)) to.push(message(body));
  };
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
  const again = (on: CloudFunction, batch: readonly Waiting[]) => {
    for (const one of batch) {
      if (one.receives + 1 < maxReceives) waiting(on).push({ ...one, receives: one.receives + 1 });
      else cloud.dead.push({ queue: on, body: one.body });
    }
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
  const take = (from: Waiting[]): Waiting[] => {
    const size = 1 + Math.floor(random() * Math.min(from.length, 10));
    const batch = Array.from({ length: size }, () => from.splice(Math.floor(random() * from.length), 1)).flat();
    for (const one of batch) if (random() < duplicates) from.push({ ...one, receives: one.receives });
    return batch;
  };
  const cloud: SmallCloud = {
    bucket,
    told,
    dead: [],
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
        const ready = functions.filter((name) => waiting(name).length > 0);
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

const rights = { get: 'read', read: 'read', put: 'write', publish: 'write', list: 'list', delete: 'delete' } as const;

/** What the function's role lets it do; what is staged is in its own memory. */
function mayDo(by: keyof typeof access, operation: StoreOperation, key: string): boolean {
  if (operation === 'stage' || operation === 'write') return true;
  const patterns = access[by][rights[operation]] ?? [];
  return patterns.some((pattern) =>
    new RegExp(`^${pattern.replace(/[.+]/g, '\\$&').replaceAll('*', '.*')}$`).test(key),
  );
}

const forbidden = (message: string) => new GatehouseError('store.broken', message);

/** The stack's notifications (issue: by prefix and suffix). */
function subscribers(key: string, created: boolean): CloudFunction[] {
  if (/^conda\/.*(\.conda|\.tar\.bz2)$/.test(key)) return ['indexer'];
  if (!created) return [];
  if (key.startsWith('_gatehouse/control/conda/')) return ['indexer'];
  if (key === allowlistKey || key.startsWith('_gatehouse/patches/')) return ['scraper'];
  if (/^conda\/.*\/repodata\.json$/.test(key)) return ['prover'];
  return [];
}
