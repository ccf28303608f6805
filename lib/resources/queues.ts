import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { FunctionName } from '../bundle/bundle-functions.ts';

export const queueNames = ['plan', 'job', 'index', 'proof', 'sweep'] as const;
export type QueueName = (typeof queueNames)[number];

/** How a queue is worked off. */
export interface Work {
  readonly by: FunctionName;
  /** Messages that an invocation takes at most. */
  readonly batchSize: number;
  /** Seconds for which a batch may wait for more messages; at least 1 where a batch is more than 10. */
  readonly windowSeconds: number;
  /** Deliveries after which a message is given up; the pauses between them are in lambdas/soon-again.ts. */
  readonly maxReceives: number;
}

export const work: Readonly<Record<QueueName, Work>> = {
  plan: { by: 'scraper', batchSize: 1, windowSeconds: 0, maxReceives: 5 },
  // One job, for the jobs of a batch would share the function's time and its scratch space.
  // Ten deliveries take 3 to 7 hours, which an upstream may be down.
  job: { by: 'downloader', batchSize: 1, windowSeconds: 0, maxReceives: 10 },
  // A burst of uploads is indexed in one go. A lost race for a subdir's state counts as a delivery, so these are more.
  index: { by: 'indexer', batchSize: 1000, windowSeconds: 30, maxReceives: 10 },
  // A proof waits until the index is at rest (lambdas/prover.ts): whatever comes meanwhile is one message that is put off.
  proof: { by: 'prover', batchSize: 1000, windowSeconds: 30, maxReceives: 5 },
  sweep: { by: 'sweeper', batchSize: 1, windowSeconds: 0, maxReceives: 10 },
};

export interface WorkQueue {
  readonly queue: sqs.Queue;
  /** Messages that were given up wait here for a person: docs/operations.md, "A dead-letter queue is not empty". */
  readonly deadLetters: sqs.Queue;
  /** For so long a message is hidden while it is worked on. */
  readonly visibilityTimeoutSeconds: number;
}

/**
 * Invocations that a queue may have at a time, of those that all of them have together: two for each, and what is left to
 * planning and downloading, which are what a first sync waits for. SQS allows no fewer than two; no function reserves any.
 *
 * @param concurrency of all queues, 10 at the least
 */
export function concurrencyOf(name: QueueName, concurrency: number): number {
  const least = 2;
  const left = concurrency - least * queueNames.length;
  if (name === 'job') return least + Math.ceil(left / 2);
  return name === 'plan' ? least + Math.floor(left / 2) : least;
}

const messageRetention = Duration.days(14);

/** A queue that is encrypted, takes TLS only and keeps its messages for 14 days, the longest that SQS does. */
export const encryptedQueue = (scope: Construct, id: string, key?: IKey, more: sqs.QueueProps = {}): sqs.Queue =>
  new sqs.Queue(scope, id, {
    ...(key === undefined ? { encryption: sqs.QueueEncryption.SQS_MANAGED } : { encryptionMasterKey: key }),
    enforceSSL: true,
    retentionPeriod: messageRetention,
    ...more,
  });

/** The id of the construct that a queue or a function has: `Plan`, `DeployFiles`. */
export const constructId = (name: string): string =>
  name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');

/**
 * A queue and its dead letters.
 *
 * @param timeout of the function that works it off, in seconds
 * @param key encrypts both; SQS's own when left out
 */
export function workQueue(scope: Construct, name: QueueName, timeout: number, key?: IKey): WorkQueue {
  const id = constructId(name);
  const { windowSeconds, maxReceives } = work[name];
  const deadLetters = encryptedQueue(scope, `${id}DeadLetters`, key);
  // AWS asks for six times the timeout, so that a throttled batch is not delivered twice while it waits.
  const visibilityTimeoutSeconds = 6 * timeout + windowSeconds;
  const queue = encryptedQueue(scope, `${id}Queue`, key, {
    visibilityTimeout: Duration.seconds(visibilityTimeoutSeconds),
    deadLetterQueue: { queue: deadLetters, maxReceiveCount: maxReceives },
  });
  return { queue, deadLetters, visibilityTimeoutSeconds };
}
