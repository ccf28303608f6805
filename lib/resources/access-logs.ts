import { Annotations, Aws, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { type Bucket, CfnBucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import { type ChannelBucket, cfnBucketOf } from './storage.ts';

const s3Prefix = 's3/';

/**
 * Has S3 log who reads and writes a bucket. Sets the bucket's own property: `exactOptionalPropertyTypes` tells a Bucket apart
 * from the IBucket that the CDK takes.
 *
 * @param bucket one that was there logs as its owner has it
 * @param logs gets the logs, below `s3/`; synthesis warns where its policy is not this app's to change
 */
export function logAccess(bucket: ChannelBucket, logs: IBucket | Bucket): void {
  const cfnBucket = cfnBucketOf(bucket);
  if (cfnBucket === null) return;
  cfnBucket.loggingConfiguration = { destinationBucketName: logs.bucketName, logFilePrefix: s3Prefix };
  const { statementAdded } = logs.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: `LogsOf${bucket.node.addr}`,
      principals: [new iam.ServicePrincipal('logging.s3.amazonaws.com')],
      actions: ['s3:PutObject'],
      resources: [logs.arnForObjects(`${s3Prefix}*`)],
      // Names the account and not the bucket: where the logs are another stack's, each stack would wait for the other.
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }),
  );
  if (statementAdded) return;
  const what = `The policy of ${logs.bucketName} cannot be changed from here. It must let S3 write access logs`;
  Annotations.of(bucket).addWarningV2('gatehouse:accessLogsPolicy', `${what}: docs/operations.md, "Log who reads".`);
}

/**
 * CloudFront writes its logs by an ACL, which a bucket refuses that nobody has told otherwise: a deployment would fail late.
 *
 * @throws when it is a bucket of this app that has ACLs disabled
 */
export function expectAcls(logs: IBucket | Bucket): void {
  const { defaultChild } = logs.node;
  if (!(defaultChild instanceof CfnBucket)) return;
  const ownership = JSON.stringify(Stack.of(logs).resolve(defaultChild.ownershipControls)) ?? '';
  if (/BucketOwnerPreferred|ObjectWriter/.test(ownership)) return;
  throw new Error(
    `${logs.node.path} has ACLs disabled, and CloudFront logs by one: give it objectOwnership BUCKET_OWNER_PREFERRED`,
  );
}
