import { Aws } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { IDependable } from 'constructs';
import {
  allowlistKey,
  channelNames,
  controlPrefix,
  privatePrefix,
  projectControlPrefix,
} from '../../core/layout/keys.ts';
import { stagedPath } from '../../core/layout/sides.ts';
import { distributionEndings, metadataEnding } from '../../core/layout/simple-place.ts';
import type { QueueName, WorkQueue } from './queues.ts';

export interface Notification {
  readonly to: QueueName;
  readonly of: 'Created' | 'Removed';
  readonly prefix: string;
  readonly suffix: string;
}

const packageSuffixes = ['.conda', '.tar.bz2'];
/** Of what a page for pip names: wheels, the metadata beside each, and source distributions. */
const pipSuffixes = [...distributionEndings, metadataEnding];

/** What names of files end with that keep their bytes for ever, by the folder that they are below. */
export const immutable: readonly (readonly [folder: string, suffixes: readonly string[]])[] = [
  ...channelNames.map((channel) => [`${channel}/`, packageSuffixes] as const),
  ['simple/', pipSuffixes],
];
export const onBothSides = (prefix: string) => [prefix, stagedPath(prefix)];

/**
 * Which queue is notified of which keys. S3 refuses two rules for one event whose prefixes and suffixes both overlap, and
 * more than 100. A rule that fires on what its own consumer writes anew would never end; the metadata of a wheel that was
 * copied in, which the indexer writes, is never written over.
 */
export const notifications: readonly Notification[] = [
  ...immutable.flatMap(([folder, suffixes]) => onBothSides(folder).flatMap((prefix) => cameOrWent(prefix, suffixes))),
  ...[...channelNames.map(controlPrefix), projectControlPrefix]
    .flatMap(onBothSides)
    .map((prefix): Notification => ({ to: 'index', of: 'Created', prefix, suffix: '.json' })),
  { to: 'plan', of: 'Created', prefix: allowlistKey, suffix: '.json' },
  { to: 'plan', of: 'Created', prefix: `${privatePrefix}patches/`, suffix: '.json' },
  // The prover reads this file, which is written after its .zst: an indexer cut off between the two has yet to finish.
  { to: 'proof', of: 'Created', prefix: 'conda/', suffix: '/repodata.json' },
  { to: 'proof', of: 'Created', prefix: 'simple/', suffix: '/index.json' },
];

function cameOrWent(prefix: string, suffixes: readonly string[]): Notification[] {
  return suffixes.flatMap((suffix) => [
    { to: 'index', of: 'Created', prefix, suffix },
    { to: 'index', of: 'Removed', prefix, suffix },
  ]);
}

/** Sets the bucket's own property: addEventNotification would bring a custom resource with a function of its own. */
export function notify(
  bucket: s3.Bucket,
  cfnBucket: s3.CfnBucket,
  queues: Readonly<Record<QueueName, WorkQueue>>,
): void {
  cfnBucket.notificationConfiguration = {
    queueConfigurations: notifications.map(({ to, of, prefix, suffix }) => ({
      event: `s3:Object${of}:*`,
      queue: queues[to].queue.queueArn,
      filter: {
        s3Key: {
          rules: [
            { name: 'prefix', value: prefix },
            { name: 'suffix', value: suffix },
          ],
        },
      },
    })),
  };
  // S3 sends a test message to each queue when the rules are set, so the queues' policies come first.
  bucket.node.addDependency(...letS3Send(queues));
}

/** Lets S3 send to the queues that are notified; gives what has to be there before it does. */
export function letS3Send(queues: Readonly<Record<QueueName, WorkQueue>>): IDependable[] {
  const notified = [...new Set(notifications.map(({ to }) => to))];
  return notified.map((name) => fromTheBucket(queues[name].queue));
}

/** Names the account and not the bucket, for the bucket waits for this policy. */
function fromTheBucket(queue: Queue): IDependable {
  const { policyDependable } = queue.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: 'FromTheBucket',
      principals: [new iam.ServicePrincipal('s3.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }),
  );
  if (policyDependable === undefined) throw new Error('a queue of our own has a policy');
  return policyDependable;
}
