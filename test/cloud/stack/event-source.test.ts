import { afterEach, beforeEach, expect, it } from 'vitest';
import { sendMessage } from '../sqs/messages.ts';
import { type CloudQueue, openQueue } from '../sqs/sqs-world.ts';
import { type Cloud, startCloud } from '../start-cloud.ts';
import { comeToRest } from './come-to-rest.ts';
import type { Outcome } from './container.ts';
import { poll } from './event-source.ts';
import type { Wiring } from './wiring.ts';

type Record_ = { readonly messageId: string; readonly body: string };

let cloud: Cloud;
let queue: CloudQueue;
let dead: CloudQueue;
let ending: AbortController;
let batches: string[][];
let maxRunning: number;
let source: Wiring['sources'][number];
let polling: Promise<void>;
beforeEach(async () => {
  cloud = await startCloud();
  dead = openQueue(cloud.sqs, 'dead');
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 3 });
  queue = openQueue(cloud.sqs, 'work', { RedrivePolicy, VisibilityTimeout: '600' });
  ending = new AbortController();
  batches = [];
  maxRunning = 0;
  source = {
    BatchSize: 4,
    EventSourceArn: queue.arn,
    FunctionName: 'Fn',
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    MaximumBatchingWindowInSeconds: 0,
    ScalingConfig: { MaximumConcurrency: 2 },
  };
});
afterEach(async () => {
  ending.abort();
  await polling;
  await cloud[Symbol.asyncDispose]();
});

/** Runs a function of this process behind the queue until nothing is left. */
async function workOff(
  bodies: readonly string[],
  handle: (records: readonly Record_[]) => Promise<Outcome>,
  concurrency = 9,
) {
  const activity = { busy: 0 };
  let running = 0;
  const invoke = async (event: unknown) => {
    const { Records }: { Records: Record_[] } = Object(event);
    batches.push(Records.map(({ body }) => body));
    running += 1;
    maxRunning = Math.max(maxRunning, running);
    const outcome = await handle(Records);
    running -= 1;
    return outcome;
  };
  const pool = { name: 'Fn', invoke, kill: () => false, end: async () => {} };
  const busy = (by: number) => {
    activity.busy += by;
  };
  polling = poll(source, { cloud, pool, windowMs: 20, concurrency, signal: ending.signal, busy });
  for (const body of bodies) sendMessage(cloud.sqs, queue, { body });
  await comeToRest(cloud, { sources: [source] }, { activity });
}

const bodiesOf = ({ messages }: CloudQueue) => [...messages].map(({ body }) => body).toSorted();
const done = (reply: unknown = null): Outcome => ({ status: 'done', reply });
const failing = (records: readonly Record_[], isBad: (body: string) => boolean): Outcome =>
  done({
    batchItemFailures: records
      .filter(({ body }) => isBad(body))
      .map(({ messageId }) => ({ itemIdentifier: messageId })),
  });

it('takes no more than a batch, and runs no more than it may at a time', async () => {
  await workOff(
    Array.from({ length: 20 }, (_, i) => `m${i}`),
    async () => {
      await new Promise(setImmediate);
      return done();
    },
  );
  expect(batches.flat()).toHaveLength(20);
  expect(batches.every(({ length }) => length <= 4)).toBe(true);
  expect(maxRunning).toBe(2);
  expect(bodiesOf(queue)).toEqual([]);
});

it('what a batch reports as failed comes again, alone, and in the end is a dead letter', async () => {
  await workOff(['a', 'bad', 'c', 'd'], async (records) => failing(records, (body) => body === 'bad'));
  expect(batches.slice(1)).toEqual([['bad'], ['bad']]);
  expect([bodiesOf(queue), bodiesOf(dead)]).toEqual([[], ['bad']]);
});

it.each([
  ['fails', { status: 'failed', reason: 'x' }],
  ['names a message it was not given', done({ batchItemFailures: [{ itemIdentifier: 'other' }] })],
  ['answers what is no answer', done({ batchItemFailures: 'all' })],
] as const)('of an invocation that %s, the whole batch comes again', async (_, outcome) => {
  await workOff(['a', 'b'], async () => outcome);
  expect(batches).toHaveLength(3);
  expect(bodiesOf(dead)).toEqual(['a', 'b']);
});

it('without ReportBatchItemFailures, what is reported counts for nothing', async () => {
  source = { ...source, FunctionResponseTypes: [] };
  await workOff(['bad'], async (records) => failing(records, () => true));
  expect([batches, bodiesOf(dead)]).toEqual([[['bad']], []]);
});

it('a message that is delivered twice is deleted by whoever has it last', async () => {
  let deliveries = 0;
  cloud.sqs.isDeliveredTwice = () => {
    deliveries += 1;
    return deliveries === 1;
  };
  await workOff(['a'], async () => done());
  expect([batches, bodiesOf(queue), bodiesOf(dead)]).toEqual([[['a'], ['a']], [], []]);
});

it('a window gathers what comes within it', async () => {
  source = { ...source, BatchSize: 100, MaximumBatchingWindowInSeconds: 30 };
  const working = workOff(['a'], async () => done(), 1);
  await new Promise(setImmediate);
  sendMessage(cloud.sqs, queue, { body: 'b' });
  await working;
  expect(batches.map((batch) => batch.toSorted())).toEqual([['a', 'b']]);
});
