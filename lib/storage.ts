import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct, IDependable } from 'constructs';
import { allowlistKey, channelNames, privatePrefix, projectControlPrefix } from '../core/layout/keys.ts';
import type { QueueName, WorkQueue } from './queues.ts';

interface Notification {
  readonly to: QueueName;
  readonly of: 'Created' | 'Removed';
  readonly prefix: string;
  readonly suffix: string;
}

const packageSuffixes = ['.conda', '.tar.bz2'];
/** Of what a page for pip names: wheels, and the metadata beside each. */
const pipSuffixes = ['.whl', '.metadata'];

/**
 * Which queue is notified of which keys. S3 refuses two rules for one event whose prefixes and suffixes both overlap. A
 * rule that fires on what its own consumer writes would never end.
 */
const notifications: readonly Notification[] = [
  ...cameOrWent('conda/', packageSuffixes),
  ...cameOrWent('simple/', pipSuffixes),
  { to: 'index', of: 'Created', prefix: `${privatePrefix}control/conda/`, suffix: '.json' },
  { to: 'index', of: 'Created', prefix: projectControlPrefix, suffix: '.json' },
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

/** The channel's private bucket; it outlives its stack. */
export function channelBucket(scope: Construct, queues: Readonly<Record<QueueName, WorkQueue>>): s3.Bucket {
  const bucket = new s3.Bucket(scope, 'Bucket', {
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    // With KMS an ETag is no longer the MD5 of the bytes, and CloudFront would need a grant on the key.
    encryption: s3.BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    versioned: true,
    removalPolicy: RemovalPolicy.RETAIN,
    lifecycleRules: [
      {
        id: 'old-versions',
        noncurrentVersionExpiration: Duration.days(14),
        abortIncompleteMultipartUploadAfter: Duration.days(2),
        expiredObjectDeleteMarker: true,
      },
      { id: 'incoming', prefix: `${privatePrefix}incoming/`, expiration: Duration.days(2) },
      { id: 'runs', prefix: `${privatePrefix}runs/`, expiration: Duration.days(14) },
    ],
  });
  bucket.addToResourcePolicy(createOnly(bucket));
  notify(bucket, queues);
  return bucket;
}

/**
 * The name of a package, wheel or metadata never gets other bytes, whoever writes: a client that has the old ones would
 * refuse the new ones for their hash. So a write needs `If-None-Match: *`, which a multipart upload bears when it completes.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
 */
function createOnly(bucket: s3.Bucket): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'FilesAreCreateOnly',
    effect: iam.Effect.DENY,
    principals: [new iam.AnyPrincipal()],
    actions: ['s3:PutObject'],
    resources: [
      ...channelNames.flatMap((channel) => packageSuffixes.map((suffix) => `${channel}/*${suffix}`)),
      ...pipSuffixes.map((suffix) => `simple/*${suffix}`),
    ].map((pattern) => bucket.arnForObjects(pattern)),
    conditions: { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } },
  });
}

/** Sets the bucket's own property: addEventNotification would bring a custom resource with a function of its own. */
function notify(bucket: s3.Bucket, queues: Readonly<Record<QueueName, WorkQueue>>): void {
  cfnBucketOf(bucket).notificationConfiguration = {
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
  const notified = [...new Set(notifications.map(({ to }) => to))];
  // S3 sends a test message to each queue when the rules are set, so the queues' policies come first.
  bucket.node.addDependency(...notified.map((name) => letS3Send(queues[name].queue)));
}

export function cfnBucketOf(bucket: s3.Bucket): s3.CfnBucket {
  const { defaultChild } = bucket.node;
  if (defaultChild instanceof s3.CfnBucket) return defaultChild;
  throw new Error('a bucket is a CfnBucket');
}

/** Names the account and not the bucket, for the bucket waits for this policy. */
function letS3Send(queue: Queue): IDependable {
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
