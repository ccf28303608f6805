import { Duration } from 'aws-cdk-lib';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { FunctionName } from './bundle-functions.ts';

export type QueueName = 'plan' | 'job' | 'index' | 'proof';

/** How a queue is worked off. */
export interface Work {
  readonly by: FunctionName;
  /** Messages an invocation takes at most. */
  readonly batch: number;
  /** For how many seconds a batch may wait for more; at least 1 above 10 messages. */
  readonly window: number;
  /** Invocations at a time; SQS allows no fewer than 2, and no function reserves concurrency. */
  readonly concurrency: number;
  /** Deliveries after which a message is given up. */
  readonly receives: number;
}

export const work: Readonly<Record<QueueName, Work>> = {
  plan: { by: 'scraper', batch: 1, window: 0, concurrency: 5, receives: 5 },
  // One: the jobs of a batch would share its time and its scratch space.
  job: { by: 'downloader', batch: 1, window: 0, concurrency: 5, receives: 5 },
  // A burst of uploads is one look at their subdirs; a lost race for a subdir's state counts as a delivery.
  index: { by: 'indexer', batch: 1000, window: 30, concurrency: 2, receives: 10 },
  // One proof stands for all index changes of two minutes.
  proof: { by: 'prover', batch: 1000, window: 120, concurrency: 2, receives: 5 },
};

export interface WorkQueue {
  readonly queue: sqs.Queue;
  readonly deadLetters: sqs.Queue;
  /** Seconds for which a message is hidden while it is worked on. */
  readonly hidden: number;
}

const kept = Duration.days(14);

/** A queue that is encrypted, takes TLS only and keeps what it is given for 14 days, the longest there is. */
const queue = (scope: Construct, id: string, more: sqs.QueueProps = {}): sqs.Queue =>
  new sqs.Queue(scope, id, {
    encryption: sqs.QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: kept,
    ...more,
  });

/** Where what was given up waits for a person: docs/operations.md, "A dead-letter queue is not empty". */
export function deadLetterQueue(scope: Construct, id: string): sqs.Queue {
  const deadLetters = queue(scope, id);
  acknowledge(deadLetters, 'Serverless-SQSRedrivePolicy', 'It is where messages are given up to.');
  return deadLetters;
}

/** @param timeout of the function that works it off, in seconds */
export function workQueue(scope: Construct, name: QueueName, timeout: number): WorkQueue {
  const id = name.charAt(0).toUpperCase() + name.slice(1);
  const { window, receives } = work[name];
  const deadLetters = deadLetterQueue(scope, `${id}DeadLetters`);
  // AWS asks for six times the timeout, so that a throttled batch is not delivered twice while it waits.
  const hidden = 6 * timeout + window;
  const queued = queue(scope, `${id}Queue`, {
    visibilityTimeout: Duration.seconds(hidden),
    deadLetterQueue: { queue: deadLetters, maxReceiveCount: receives },
  });
  return { queue: queued, deadLetters, hidden };
}
