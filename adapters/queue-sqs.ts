import { type BatchResultErrorEntry, SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { GatehouseError } from '../core/error.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { Queue } from '../core/ports/queue.ts';
import { isNetworkError, refusalOf, setupHint } from './aws-refusal.ts';
import { defaultClient } from './queue-sqs/client.ts';
import { messageBatches } from './queue-sqs/message-batches.ts';
import { systemClock } from './system-clock.ts';

export interface SqsQueueOptions {
  /** By default one made from the environment. */
  readonly client?: SQSClient;
  /** Seconds before what is sent can be received, 0 to 900; the queue's own delay when not said. */
  readonly delaySeconds?: number;
  readonly clock?: Pick<Clock, 'sleep' | 'random'>;
}

interface Place {
  readonly url: string;
  readonly client: SQSClient;
  readonly clock: Pick<Clock, 'sleep' | 'random'>;
  readonly delay: { readonly DelaySeconds?: number };
}

/**
 * The sending side of an SQS queue; Lambda or a test receives. When `send` throws, some messages may have been sent:
 * delivery is at least once, so sending all of them again is right.
 */
export function sqsQueue(queueUrl: string, options: SqsQueueOptions = {}): Queue {
  const { client = defaultClient(process.env), clock = systemClock, delaySeconds } = options;
  const delay = delaySeconds === undefined ? {} : { DelaySeconds: delaySeconds };
  const place: Place = { url: queueUrl, client, clock, delay };
  return {
    async send(messages) {
      for (const batch of messageBatches(messages)) await sendBatch(place, batch);
    },
  };
}

const attempts = 4;

/** SQS may take some messages of a batch and refuse others: those are sent again by themselves. */
async function sendBatch(place: Place, batch: readonly string[]): Promise<void> {
  let left = batch;
  for (let attempt = 1; ; attempt++) {
    const failed = await sendOnce(place, left);
    const [first] = failed;
    if (first === undefined) return;
    if (attempt === attempts || failed.some(({ SenderFault }) => SenderFault === true)) throw refused(first);
    left = failed.map(({ Id }) => left[Number(Id)] ?? '');
    await place.clock.sleep((50 + 100 * place.clock.random()) * 2 ** (attempt - 1));
  }
}

async function sendOnce({ url, client, delay }: Place, batch: readonly string[]): Promise<BatchResultErrorEntry[]> {
  const Entries = batch.map((MessageBody, i) => ({ Id: `${i}`, MessageBody, ...delay }));
  try {
    const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
    return Failed;
  } catch (cause) {
    throw queueError(url, cause);
  }
}

function queueError(url: string, cause: unknown): unknown {
  const said = refusalOf(cause);
  const setup = setupHint(cause);
  if (said === null && setup === null && !isNetworkError(cause)) return cause;
  const retry = said?.isPassing ?? setup === null;
  const hint = setup ?? 'is the queue there, and may these credentials sqs:SendMessage to it?';
  const why = said === null ? String(cause) : `${said.code} (${said.status}, ${said.message})`;
  const details = { retry, cause, ...(!retry && { hint }) };
  return new GatehouseError('queue.broken', `the queue ${url} took no messages: ${why}`, details);
}

function refused({ Code, Message, SenderFault }: BatchResultErrorEntry): GatehouseError {
  const said = `the queue refused a message: ${Code}${Message === undefined ? '' : `, ${Message}`}`;
  return new GatehouseError('queue.broken', said, { retry: SenderFault !== true });
}
