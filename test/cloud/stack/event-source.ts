import { z } from 'zod';
import { deleteMessage, type Receiving, receiveMessages } from '../sqs/messages.ts';
import { type CloudMessage, type CloudQueue, queueNamed } from '../sqs/sqs-world.ts';
import type { Cloud } from '../start-cloud.ts';
import type { Outcome } from './container.ts';
import type { FunctionPool } from './function-pool.ts';
import type { Wiring } from './wiring.ts';

type Source = Wiring['sources'][number];

export interface PollOptions {
  readonly cloud: Cloud;
  readonly pool: FunctionPool;
  /** How long a batch waits for more, where the template has it wait; milliseconds. */
  readonly windowMs: number;
  /** Invocations at a time, at most, whatever the template allows. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
  /** Told when a batch was taken and when it is done with. */
  readonly busy: (by: 1 | -1) => void;
}

/**
 * Takes messages off a queue in batches and invokes the function with each, as Lambda does for an event source mapping:
 * what succeeded is deleted, the rest is left to its visibility timeout.
 */
export async function poll(source: Source, options: PollOptions): Promise<void> {
  const lanes = Math.min(source.ScalingConfig.MaximumConcurrency, options.concurrency);
  await Promise.all(Array.from({ length: lanes }, () => pollLane(source, options)));
}

async function pollLane(source: Source, options: PollOptions): Promise<void> {
  const { cloud, signal, busy } = options;
  const queue = queueNamed(cloud.sqs, source.EventSourceArn);
  while (!signal.aborted) {
    const first = await receive(cloud, queue, { maxMessages: source.BatchSize, waitSeconds: 20, signal });
    if (first.length === 0) continue;
    busy(1);
    await deliver(await fill(first, queue, source, options), queue, source, options.pool);
    busy(-1);
    cloud.time.wake();
  }
}

/** As the messages are now: who receives one again changes its receipt. */
async function receive(cloud: Cloud, queue: CloudQueue, receiving: Receiving): Promise<CloudMessage[]> {
  return (await receiveMessages(cloud.sqs, queue, receiving)).map((message) => ({ ...message }));
}

/** Waits for more, if the source has a window. */
async function fill(
  batch: CloudMessage[],
  queue: CloudQueue,
  source: Source,
  { cloud, windowMs, signal }: PollOptions,
): Promise<CloudMessage[]> {
  const missing = () => source.BatchSize - batch.length;
  const end = cloud.time.now() + (source.MaximumBatchingWindowInSeconds === 0 ? 0 : windowMs);
  while (missing() > 0 && cloud.time.now() < end && !signal.aborted) {
    const waitSeconds = (end - cloud.time.now()) / 1000;
    batch.push(...(await receive(cloud, queue, { maxMessages: missing(), waitSeconds, signal })));
  }
  return batch;
}

const replySchema = z.object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })) }).nullable();

async function deliver(
  batch: readonly CloudMessage[],
  queue: CloudQueue,
  source: Source,
  pool: FunctionPool,
): Promise<void> {
  const outcome = await pool.invoke({ Records: batch.map((message) => record(message, queue)) });
  const failed = failuresOf(outcome, source) ?? new Set(batch.map(({ id }) => id));
  // An answer that names a message it was not given fails the whole batch.
  if (![...failed].every((id) => batch.some((message) => message.id === id))) return;
  for (const { id, receipt } of batch) if (!failed.has(id)) deleteMessage(queue, receipt ?? '');
}

/** The ids of the messages that come again; null when all of the batch does, as after an answer that is none. */
export function failuresOf(outcome: Outcome, { FunctionResponseTypes }: Source): ReadonlySet<string> | null {
  if (outcome.status === 'failed') return null;
  if (!FunctionResponseTypes.includes('ReportBatchItemFailures')) return new Set();
  const reply = replySchema.safeParse(outcome.reply);
  if (!reply.success) return null;
  return new Set(reply.data?.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
}

/** As Lambda hands it on. */
const record = ({ id, body, receipt, receives, sent, firstReceived }: CloudMessage, { arn }: CloudQueue) => ({
  messageId: id,
  receiptHandle: receipt,
  body,
  attributes: {
    ApproximateReceiveCount: `${receives}`,
    SentTimestamp: `${sent}`,
    SenderId: 'cloud',
    ApproximateFirstReceiveTimestamp: `${firstReceived ?? sent}`,
  },
  messageAttributes: {},
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: arn,
  awsRegion: 'us-east-1',
});
