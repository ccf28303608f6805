import { type BatchResultErrorEntry, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Clock } from '../core/ports/clock.ts';
import type { Queue } from '../core/ports/queue.ts';
import { GatehouseError } from '../core/problems/error.ts';
import { eachAtOnce } from '../core/store/map-in-order.ts';
import { isNetworkError, refusalOf, setupHint } from './aws-refusal.ts';
import { systemClock } from './system-clock.ts';

export interface SqsQueueOptions {
  /** One made from the environment when absent. */
  readonly client?: SQSClient;
  /** Seconds before what is sent can be received, 0 to 900; the queue's own delay when not said. */
  readonly delaySeconds?: number;
  readonly clock?: Pick<Clock, 'sleep' | 'random'>;
}

/** 20,000 jobs are 2,000 requests: at 25 ms each 50 s one after the other. The SDK's agent has 50 sockets. */
const maxConcurrentBatches = 16;

/** Milliseconds, longer than a long poll's 20 s; the SDK's own default is to wait for ever. */
const timeouts = { connectionTimeout: 10_000, socketTimeout: 60_000 };

/**
 * A client by the environment, as the SDK reads it. An endpoint of one's own counts for more than the host in a queue's
 * URL, which emulators make up.
 *
 * @param region that of the queues, where it is known: the environment's may be another
 */
export function sqsClient(environment: Readonly<Record<string, string | undefined>>, region?: string): SQSClient {
  const endpoint = environment['AWS_ENDPOINT_URL_SQS'] ?? environment['AWS_ENDPOINT_URL'];
  const place = region === undefined ? {} : { region };
  return new SQSClient({ ...place, useQueueUrlAsEndpoint: endpoint === undefined, requestHandler: timeouts });
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
  const { client = sqsClient(process.env), clock = systemClock, delaySeconds } = options;
  const delay = delaySeconds === undefined ? {} : { DelaySeconds: delaySeconds };
  const place: Place = { url: queueUrl, client, clock, delay };
  return {
    async send(messages) {
      await eachAtOnce(messageBatches(messages), maxConcurrentBatches, (batch) => sendBatch(place, batch));
    },
  };
}

/** SQS's limits: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
export const maxMessagesInBatch = 10;
const maxBytesInBatch = 1024 * 1024;
/** A quarter of SQS's limit today, but all of it for most of SQS's life and in emulators still; our messages are far smaller. */
const maxBytesInMessage = 256 * 1024;

/**
 * Messages in batches that SQS takes, in order.
 *
 * @throws GatehouseError `queue.broken` that shows the message that is too long, or empty
 */
function messageBatches(messages: readonly string[]): string[][] {
  const batches: string[][] = [];
  let room = 0;
  for (const message of messages) {
    const size = sizeOf(message);
    const current = batches.at(-1);
    if (current === undefined || current.length === maxMessagesInBatch || size > room) {
      batches.push([message]);
      room = maxBytesInBatch - size;
    } else {
      current.push(message);
      room -= size;
    }
  }
  return batches;
}

function sizeOf(message: string): number {
  const size = Buffer.byteLength(message);
  if (size > 0 && size <= maxBytesInMessage) return size;
  const shown = message.length > 80 ? `${message.slice(0, 80)}...` : message;
  throw new GatehouseError('queue.broken', `a message of ${size} bytes, of 1 to ${maxBytesInMessage}: ${shown}`);
}

const maxSendAttempts = 4;

/** SQS may take some messages of a batch and refuse others: those are sent again by themselves. */
async function sendBatch({ url, client, clock, delay }: Place, batch: readonly string[]): Promise<void> {
  let left = batch;
  for (let attempt = 1; ; attempt++) {
    const Entries = left.map((MessageBody, i) => ({ Id: `${i}`, MessageBody, ...delay }));
    const command = new SendMessageBatchCommand({ QueueUrl: url, Entries });
    const { Failed = [] } = await client.send(command).catch((cause: unknown) => {
      throw queueError(url, cause);
    });
    const [first] = Failed;
    if (first === undefined) return;
    if (attempt === maxSendAttempts || Failed.some(({ SenderFault }) => SenderFault === true)) throw refused(first);
    left = Failed.map(({ Id }) => left[Number(Id)] ?? '');
    await clock.sleep((50 + 100 * clock.random()) * 2 ** (attempt - 1));
  }
}

const taking = {
  doing: 'took no messages',
  hint: 'is the queue there, and may these credentials sqs:SendMessage to it?',
};

/** The error in the place of the SDK's for a request to a queue; any other as it is. */
export function queueError(url: string, cause: unknown, { doing, hint: denied } = taking): unknown {
  const refusal = refusalOf(cause);
  const setup = setupHint(cause);
  if (refusal === null && setup === null && !isNetworkError(cause)) return cause;
  const retry = refusal?.isPassing ?? setup === null;
  const hint = setup ?? denied;
  const reason = refusal === null ? String(cause) : `${refusal.code} (${refusal.status}, ${refusal.message})`;
  const details = { retry, cause, ...(!retry && { hint }) };
  return new GatehouseError('queue.broken', `the queue ${url} ${doing}: ${reason}`, details);
}

function refused({ Code, Message, SenderFault }: BatchResultErrorEntry): GatehouseError {
  const said = `the queue refused a message: ${Code}${Message === undefined ? '' : `, ${Message}`}`;
  return new GatehouseError('queue.broken', said, { retry: SenderFault !== true });
}
