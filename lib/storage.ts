import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct, IDependable } from 'constructs';
import { heldPrefix, ledgerHeadKey, ledgerPrefix, recalledPrefix, verdictsPrefix } from '../core/layout/gate-keys.ts';
import {
  allowlistKey,
  channelNames,
  controlPrefix,
  privatePrefix,
  projectControlPrefix,
  usedNamesPrefix,
} from '../core/layout/keys.ts';
import { stagedPath } from '../core/layout/sides.ts';
import { distributionEndings, metadataEnding } from '../core/layout/simple-place.ts';
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
const immutable: readonly (readonly [folder: string, suffixes: readonly string[]])[] = [
  ...channelNames.map((channel) => [`${channel}/`, packageSuffixes] as const),
  ['simple/', pipSuffixes],
];
const bothSides = (prefix: string) => [prefix, stagedPath(prefix)];

/**
 * Which queue is notified of which keys. S3 refuses two rules for one event whose prefixes and suffixes both overlap, and
 * more than 100. A rule that fires on what its own consumer writes anew would never end; the metadata of a wheel that was
 * copied in, which the indexer writes, is never written over.
 */
export const notifications: readonly Notification[] = [
  ...immutable.flatMap(([folder, suffixes]) => bothSides(folder).flatMap((prefix) => cameOrWent(prefix, suffixes))),
  ...[...channelNames.map(controlPrefix), projectControlPrefix]
    .flatMap(bothSides)
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

const records = [`${verdictsPrefix}*`, `${ledgerPrefix}*`, ledgerHeadKey].flatMap(bothSides);

/** The type of a bucket that was there is told apart from the one of a new bucket by `exactOptionalPropertyTypes`. */
export type ChannelBucket = s3.Bucket | s3.IBucket;

export interface ChannelStorage {
  readonly bucket: ChannelBucket;
  /** All of the bucket's policy. */
  readonly policy: s3.BucketPolicy;
}

interface StorageOptions {
  readonly existing: s3.IBucket | undefined;
  /** Of a new bucket. */
  readonly encryptionKey: IKey | undefined;
}

/** The bucket that is there, or a new one. */
export const channelStorage = (
  scope: Construct,
  queues: Readonly<Record<QueueName, WorkQueue>>,
  { existing, encryptionKey }: StorageOptions,
): ChannelStorage =>
  existing === undefined ? newBucket(scope, queues, encryptionKey) : existingBucket(scope, existing);

/** The channel's own private bucket. It outlives its stack, unless that could not even be created. */
function newBucket(
  scope: Construct,
  queues: Readonly<Record<QueueName, WorkQueue>>,
  encryptionKey: IKey | undefined,
): ChannelStorage {
  const bucket = new s3.Bucket(scope, 'Bucket', {
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    // Either will do: an ETag is compared with an ETag alone, and never taken for the MD5 of bytes.
    ...(encryptionKey === undefined
      ? { encryption: s3.BucketEncryption.S3_MANAGED }
      : // Without a key of the bucket's own each object costs a request to KMS.
        { encryptionKey, bucketKeyEnabled: true }),
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    versioned: true,
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
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
  for (const statement of denied(bucket)) bucket.addToResourcePolicy(statement);
  notify(bucket, queues);
  if (bucket.policy === undefined) throw new Error('a bucket with statements has a policy');
  return { bucket, policy: bucket.policy };
}

/**
 * A bucket that was there before the stack, with a policy that is the stack's. CloudFormation refuses to put one where there is
 * one already. What the bucket must be, and its notifications, are lib/bucket-setup.ts.
 */
function existingBucket(scope: Construct, bucket: s3.IBucket): ChannelStorage {
  const policy = new s3.BucketPolicy(scope, 'BucketPolicy', { bucket });
  policy.document.addStatements(...insecure(bucket), ...denied(bucket));
  return { bucket, policy };
}

const denied = (bucket: ChannelBucket): iam.PolicyStatement[] => [createOnly(bucket), neverFreed(bucket)];

/** What `enforceSSL` and `minimumTLSVersion` say of a new bucket. */
function insecure(bucket: ChannelBucket): iam.PolicyStatement[] {
  const conditions = [{ Bool: { 'aws:SecureTransport': 'false' } }, { NumericLessThan: { 's3:TlsVersion': 1.2 } }];
  return conditions.map(
    (condition) =>
      new iam.PolicyStatement({
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        actions: ['s3:*'],
        resources: [bucket.bucketArn, bucket.arnForObjects('*')],
        conditions: condition,
      }),
  );
}

/**
 * The name of a package, wheel, metadata or source distribution never gets other bytes, whoever writes: a client that has
 * the old ones would refuse the new ones for their hash. So a write needs `If-None-Match: *`, which a multipart upload
 * bears when it completes.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
 */
function createOnly(bucket: ChannelBucket): iam.PolicyStatement {
  const files = immutable.flatMap(([folder, suffixes]) =>
    bothSides(folder).flatMap((prefix) => suffixes.map((suffix) => `${prefix}*${suffix}`)),
  );
  return new iam.PolicyStatement({
    sid: 'FilesAreCreateOnly',
    effect: iam.Effect.DENY,
    principals: [new iam.AnyPrincipal()],
    actions: ['s3:PutObject'],
    resources: [...files, ...writtenOnce].map((pattern) => bucket.arnForObjects(pattern)),
    conditions: { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } },
  });
}

/**
 * Of a used name which bytes it is of, the entries of the ledger, bytes that are held and bytes that were recalled: named by
 * their sha256, beside which a document has an ending.
 */
const writtenOnce = [
  `${usedNamesPrefix}*`,
  ...[ledgerPrefix, heldPrefix].flatMap((prefix) => [`${prefix}*`, stagedPath(`${prefix}*`)]),
  `${recalledPrefix}${'?'.repeat(64)}`,
];

/**
 * A name that was used once is never free again: clients that locked its hash would refuse whatever came under it next. Nor
 * does anything of the record leave by which a person answers for what was let in and taken back.
 */
function neverFreed(bucket: ChannelBucket): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'NamesAndRecordsStay',
    effect: iam.Effect.DENY,
    principals: [new iam.AnyPrincipal()],
    actions: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
    resources: [`${usedNamesPrefix}*`, `${recalledPrefix}*`, ...records].map((pattern) =>
      bucket.arnForObjects(pattern),
    ),
  });
}

/** Sets the bucket's own property: addEventNotification would bring a custom resource with a function of its own. */
function notify(bucket: s3.Bucket, queues: Readonly<Record<QueueName, WorkQueue>>): void {
  const cfnBucket = cfnBucketOf(bucket);
  if (cfnBucket === null) throw new Error('a new bucket is a CfnBucket');
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

/** The resource of a new bucket; null of one that was there. */
export function cfnBucketOf(bucket: ChannelBucket): s3.CfnBucket | null {
  const { defaultChild } = bucket.node;
  return defaultChild instanceof s3.CfnBucket ? defaultChild : null;
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
