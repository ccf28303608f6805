import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import {
  heldPrefix,
  ledgerHeadKey,
  ledgerPrefix,
  recalledPrefix,
  verdictsPrefix,
} from '../../core/layout/gate-keys.ts';
import { privatePrefix, usedNamesPrefix } from '../../core/layout/keys.ts';
import { stagedPath } from '../../core/layout/sides.ts';
import { immutable, notify, onBothSides } from './notifications.ts';
import type { QueueName, WorkQueue } from './queues.ts';

const records = [`${verdictsPrefix}*`, `${ledgerPrefix}*`, ledgerHeadKey].flatMap(onBothSides);

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
  const cfnBucket = cfnBucketOf(bucket);
  if (cfnBucket === null) throw new Error('a new bucket is a CfnBucket');
  notify(bucket, cfnBucket, queues);
  if (bucket.policy === undefined) throw new Error('a bucket with statements has a policy');
  return { bucket, policy: bucket.policy };
}

/**
 * A bucket that was there before the stack, with a policy that is the stack's. CloudFormation refuses to put one where there is
 * one already. What the bucket must be, and its notifications, are lib/resources/bucket-setup.ts.
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
    onBothSides(folder).flatMap((prefix) => suffixes.map((suffix) => `${prefix}*${suffix}`)),
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

/** The resource of a new bucket; null of one that was there. */
export function cfnBucketOf(bucket: ChannelBucket): s3.CfnBucket | null {
  const { defaultChild } = bucket.node;
  return defaultChild instanceof s3.CfnBucket ? defaultChild : null;
}
