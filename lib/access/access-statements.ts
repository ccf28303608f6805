import type { PolicyStatementProps } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { QueueName, WorkQueue } from '../resources/queues.ts';
import type { ChannelBucket } from '../resources/storage.ts';
import type { Access } from './permissions.ts';

interface AccessPlaces {
  readonly bucket: ChannelBucket;
  readonly queues: Readonly<Record<QueueName, WorkQueue>>;
  /** The key that encrypts both. */
  readonly encryptionKey?: IKey | undefined;
}

/** An access as statements. CDK's grants would bring wildcards (s3:GetObject*, s3:List*). */
export function accessStatements(
  access: Access,
  { bucket, queues, encryptionKey }: AccessPlaces,
): PolicyStatementProps[] {
  const { read, list, write = [], delete: deleted = [], send = [] } = access;
  const keys = (patterns: readonly string[]) => patterns.map((pattern) => bucket.arnForObjects(pattern));
  const all = [
    { sid: 'Read', actions: ['s3:GetObject'], resources: keys(read) },
    {
      sid: 'List',
      actions: ['s3:ListBucket'],
      resources: list.length === 0 ? [] : [bucket.bucketArn],
      // Where this holds, a read of a missing object is answered 404, else 403. S3 weighs a read without a prefix.
      conditions: { StringLikeIfExists: { 's3:prefix': ['', ...list] } },
    },
    { sid: 'Write', actions: ['s3:PutObject', 's3:AbortMultipartUpload'], resources: keys(write) },
    { sid: 'Delete', actions: ['s3:DeleteObject'], resources: keys(deleted) },
    { sid: 'Send', actions: ['sqs:SendMessage'], resources: send.map((queue) => queues[queue].queue.queueArn) },
    {
      sid: 'UseKey',
      // What is sent to SQS is decrypted too.
      actions: ['kms:Decrypt', ...(write.length + send.length > 0 ? ['kms:GenerateDataKey'] : [])],
      resources: encryptionKey === undefined ? [] : [encryptionKey.keyArn],
    },
  ];
  return all.filter(({ resources }) => resources.length > 0);
}
