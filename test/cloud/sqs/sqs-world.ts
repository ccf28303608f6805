import { Refusal } from '../answer.ts';
import type { CloudTime } from '../cloud-time.ts';

export interface CloudMessage {
  readonly id: string;
  readonly body: string;
  /** Texts, by name. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly sent: number;
  /** Before this moment nobody receives it. */
  visibleAt: number;
  receives: number;
  firstReceived: number | null;
  /** The newest receipt: only this one deletes. */
  receipt: string | null;
  /** On a dead-letter queue: the ARN of the queue it was given up on. */
  readonly source: string | null;
}

export interface CloudQueue {
  readonly name: string;
  readonly url: string;
  readonly arn: string;
  /** By AWS's names; numbers as text. */
  readonly attributes: Map<string, string>;
  readonly messages: Set<CloudMessage>;
  /** Messages that were deleted so far. */
  deleted: number;
}

export interface SqsWorld {
  readonly queues: Map<string, CloudQueue>;
  readonly time: CloudTime;
  readonly endpoint: string;
  /** Which of the visible messages comes next, from 0 up to 1: standard queues have no order. */
  random: () => number;
  /** Whether a message stays visible though it was delivered: at least once is all that is promised. */
  isDeliveredTwice: (body: string) => boolean;
  /** What a batch answers for one of its messages instead of taking it. */
  refuseEntry: (body: string) => { readonly code: string; readonly senderFault: boolean } | undefined;
}

export const newSqsWorld = (time: CloudTime, endpoint: string): SqsWorld => ({
  queues: new Map(),
  time,
  endpoint,
  random: Math.random,
  isDeliveredTwice: () => false,
  refuseEntry: () => undefined,
});

const account = '000000000000';
const arnPrefix = `arn:aws:sqs:us-east-1:${account}:`;

const usual = {
  VisibilityTimeout: '30',
  DelaySeconds: '0',
  MaximumMessageSize: '1048576',
  ReceiveMessageWaitTimeSeconds: '0',
};

/** Makes a queue, or gives the one there is. */
export function openQueue(
  world: SqsWorld,
  name: string,
  attributes: Readonly<Record<string, string>> = {},
): CloudQueue {
  if (!/^[\w-]{1,80}(?:\.fifo)?$/.test(name)) throw new Refusal(400, 'InvalidParameterValue', `bad name ${name}`);
  const there = world.queues.get(name);
  if (there !== undefined) return there;
  const place = { url: `${world.endpoint}/${account}/${name}`, arn: `${arnPrefix}${name}` };
  const all = new Map(Object.entries({ ...usual, ...attributes }));
  const queue = { name, ...place, attributes: all, messages: new Set<CloudMessage>(), deleted: 0 };
  world.queues.set(name, queue);
  return queue;
}

/** By its name, its URL or its ARN. */
export function queueNamed({ queues }: SqsWorld, text: string): CloudQueue {
  const queue = queues.get(text.replace(/^.*[/:]/, ''));
  if (queue === undefined) throw new Refusal(400, 'QueueDoesNotExist', 'The specified queue does not exist.');
  return queue;
}

export const numberOf = (queue: CloudQueue, attribute: keyof typeof usual): number =>
  Number(queue.attributes.get(attribute) ?? usual[attribute]);
