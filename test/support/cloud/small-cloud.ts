import { createHash } from 'node:crypto';
import { allowlistKey, type ObjectKey } from '../../../core/layout/keys.ts';
import type { Side } from '../../../core/layout/sides.ts';
import type { Solver } from '../../../core/ports/solver.ts';
import type { Store } from '../../../core/ports/store.ts';
import { GatehouseError } from '../../../core/problems/error.ts';
import type { SqsMessage } from '../../../lambdas/events.ts';
import type { DownloaderWorld, IndexerWorld, ScraperWorld } from '../../../lambdas/world.ts';
import { isAbout } from '../../cloud/notify-queue.ts';
import { eventMessage } from '../../cloud/s3/event-message.ts';
import type { Outcome } from '../../cloud/stack/container.ts';
import { failuresOf } from '../../cloud/stack/event-source.ts';
import { ruleEvents } from '../../cloud/stack/fire-rule.ts';
import { type Bucket, type Change, memoryStore, newBucket, type StoreOperation } from '../../twins/store-memory.ts';
import { type RecordedTelemetry, recordTelemetry } from './recorded-telemetry.ts';
import { type Life, type Purged, smallFunctions } from './small-functions.ts';
import { type Disorder, smallQueue } from './small-queue.ts';
import {
  bucketName,
  functionNamed,
  isVersioned,
  maxReceivesOf,
  mayAct,
  notifications,
  type SmallFunction,
  wiring,
} from './small-stack.ts';

export interface Mischief extends Disorder {
  /** Ends the invocation, and whatever it still does, before the nth effect of the whole play. */
  readonly crash?: (effect: number) => boolean;
  /** Told of each request to the bucket, and of each message that is sent. */
  readonly asked?: (operation: StoreOperation | 'send') => void;
  /** Told of each invocation. */
  readonly ran?: () => void;
}

export interface SmallCloud {
  readonly bucket: Bucket;
  readonly telemetry: RecordedTelemetry;
  /** Messages that were given up, by the function that could not handle them. */
  readonly dead: readonly { readonly queue: SmallFunction; readonly body: string }[];
  /** What CloudFront was told to forget. */
  readonly purged: readonly Purged[];
  /** Effects so far. */
  effects: number;
  /** Loses the messages of which it says so. */
  drop: (body: string) => boolean;
  /** The indexer's bzip2 thread, where it has one. */
  bzip2: IndexerWorld['bzip2'];
  /** A world for an invocation by hand, to which no role applies. */
  world(): ScraperWorld & DownloaderWorld & Pick<IndexerWorld, 'servedName'>;
  /** The bucket for who may publish to a side of it, and do nothing else. */
  publisher(to: Side): Store;
  /** Milliseconds since the epoch. */
  now: number;
  put(key: ObjectKey, bytes: Uint8Array): Promise<void>;
  allowlist(document: unknown): Promise<void>;
  /** Gives the message's id. */
  send(to: SmallFunction, body: string): string;
  /** Invokes with a batch as Lambda does, but leaves what fails to the caller. */
  invoke(on: SmallFunction, messages: readonly SqsMessage[]): Promise<unknown>;
  /** Sends the schedule's event. */
  schedule(id: string): Promise<unknown>;
  /** Sends the daily rule's event. */
  reconcile(): Promise<unknown>;
  /** Sends the weekly rule's event. */
  prune(): Promise<unknown>;
  /** Sends the event by which a sweep starts. */
  sweep(): Promise<unknown>;
  /** Sends the event that comes every ten minutes. */
  watch(): Promise<unknown>;
  /** Delivers until nothing is left, not even what comes later. */
  run(): Promise<void>;
  /** How many messages could be delivered now. */
  waiting(): number;
  /** Delivers so many batches of what waits, and nothing that comes later; gives whether nothing waits any more. */
  deliver(batches: number): Promise<boolean>;
  /** Has what comes later come, and delivers all that waits. */
  turn(): Promise<void>;
  /** The hash of each object, by key. */
  objects(prefix?: string): Record<string, string>;
}

class Killed extends Error {}

const md5 = (bytes: Uint8Array) => `"${createHash('md5').update(bytes).digest('hex')}"`;

/**
 * The stack's functions in this process, between a bucket and queues in memory. The synthesized template says which queue
 * is notified of what, who works it off in which batches and when it gives up, what the rules invoke, and who may do what.
 */
export function smallCloud(solver: Solver, mischief: Mischief = { random: () => 0 }): SmallCloud {
  const { random, crash = () => false, asked = () => {}, ran = () => {} } = mischief;
  const dead: { queue: SmallFunction; body: string }[] = [];
  const purged: Purged[] = [];
  let messages = 0;
  const queues = wiring.sources.map((source) => {
    const on = functionNamed(source.FunctionName);
    const queue = smallQueue({
      batchSize: source.BatchSize,
      maxReceives: maxReceivesOf(source.EventSourceArn),
      ...mischief,
      drop: (body) => cloud.drop(body),
      nextId: () => {
        asked('send');
        return `m${++messages}`;
      },
      giveUp: (body) => dead.push({ queue: on, body }),
    });
    return { on, source, queue };
  });
  const found = <T>(one: T | undefined, what: string): T => {
    if (one === undefined) throw new Error(`nobody works off ${what}`);
    return one;
  };
  const nameOf = (place: string) => place.split(/[/:]/).at(-1);
  const queueAt = (place: string) =>
    found(queues.find(({ source }) => nameOf(source.EventSourceArn) === nameOf(place))?.queue, place);
  const notify = ({ key, after }: Change) => {
    const removal = isVersioned ? 'ObjectRemoved:DeleteMarkerCreated' : 'ObjectRemoved:Delete';
    const name = after === null ? removal : 'ObjectCreated:Put';
    const object = after && { ...after, bytes: Buffer.from(after.bytes), headers: {} };
    const event = { name, bucket: bucketName, key, object, sequencer: '0', time: cloud.now } as const;
    for (const one of notifications) if (isAbout(one, event)) queueAt(one.queue).send(eventMessage([event]));
  };
  const bucket = newBucket({ etagOf: md5, onChange: notify, now: () => cloud.now });
  const telemetry = recordTelemetry();
  let life: Life = { killed: false };
  const effect = async (own: Life) => {
    if (own.killed) throw new Killed('the invocation was over');
    if (crash(cloud.effects)) own.killed = true;
    cloud.effects += 1;
    if (own.killed) throw new Killed('the invocation was cut off');
  };
  const clock = { now: () => cloud.now, sleep: async () => {}, random };
  const outside = {
    bucket,
    clock,
    telemetry,
    solver,
    bzip2: () => cloud.bzip2,
    queueAt,
    asked,
    effect,
    purged: (one: Purged) => void purged.push(one),
  };
  const { handlers, worldByHand } = smallFunctions(outside);
  const invoke = (on: SmallFunction, event: unknown) => {
    life = { killed: false };
    ran();
    return handlers[on](event, life);
  };
  const fire = async (rule: string, more: object = {}) => {
    const replies: unknown[] = [];
    for (const { target, event } of ruleEvents(rule, wiring, cloud.now))
      replies.push(await invoke(functionNamed(target), { ...event, ...more }));
    return replies[0];
  };
  const deliver = async ({ on, source, queue }: (typeof queues)[number]) => {
    const batch = queue.take();
    const outcome = await invoke(on, { Records: batch }).then(
      (reply): Outcome => ({ status: 'done', reply }),
      (error: unknown): Outcome => {
        if (!(error instanceof Killed) && !life.killed) throw error;
        return { status: 'failed', reason: 'cut off' };
      },
    );
    // An invocation that was cut off reported nothing, so all of its batch comes again.
    const failed = life.killed ? null : failuresOf(outcome, source);
    queue.again(failed === null ? batch : batch.filter(({ messageId }) => failed.has(messageId)));
  };
  const cloud: SmallCloud = {
    bucket,
    telemetry,
    dead,
    purged,
    effects: 0,
    now: Date.UTC(2026, 0, 1),
    put: async (key, bytes) => void (await memoryStore({}, bucket).put(key, bytes)),
    allowlist: (document) => cloud.put(allowlistKey, Buffer.from(JSON.stringify(document))),
    send: (to, body) => found(queues.find(({ on }) => on === to)?.queue, to).send(body),
    drop: () => false,
    bzip2: undefined,
    world: () => worldByHand(life),
    publisher: (to) =>
      memoryStore(
        {
          async before(operation, key, condition) {
            if (mayAct(to, operation, key, condition)) return;
            throw new GatehouseError('store.denied', `who publishes to ${to} may not ${operation} ${key}`);
          },
        },
        bucket,
      ),
    invoke: (on, batch) => invoke(on, { Records: batch }),
    schedule: (id) => fire('ChannelSync', { id }),
    reconcile: () => fire('ChannelReconcile'),
    prune: () => fire('ChannelPrune'),
    sweep: () => fire('ChannelSweep'),
    watch: () => fire('ChannelWatch'),
    async turn() {
      for (const { queue } of queues) queue.waiting.push(...queue.delayed.splice(0));
      if (!(await cloud.deliver(5000))) throw new Error('it never comes to rest');
    },
    waiting: () => queues.reduce((sum, { queue }) => sum + queue.waiting.length, 0),
    async deliver(batches) {
      for (let turns = 0; turns < batches; turns++) {
        const ready = queues.filter(({ queue }) => queue.waiting.length > 0);
        const next = ready[Math.floor(random() * ready.length)];
        if (next === undefined) return true;
        await deliver(next);
      }
      return false;
    },
    async run() {
      for (let turns = 0; turns < 100; turns++) {
        await cloud.turn();
        if (queues.every(({ queue }) => queue.delayed.length === 0)) return;
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
