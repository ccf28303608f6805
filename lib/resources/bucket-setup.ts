import { CustomResource, Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { letS3Send, notifications } from './notifications.ts';
import type { QueueName, WorkQueue } from './queues.ts';
import type { ChannelBucket } from './storage.ts';

interface BucketToSetUp {
  readonly bucket: ChannelBucket;
  /** Whether it was there before the stack. */
  readonly exists: boolean;
  readonly queues: Readonly<Record<QueueName, WorkQueue>>;
}

/** What a bucket that was there must be, as the service names it: lambdas/bucket-setup.ts asks for each. */
const asked = [
  's3:GetBucketVersioning',
  's3:GetBucketPublicAccessBlock',
  's3:GetBucketOwnershipControls',
  's3:GetEncryptionConfiguration',
];

/**
 * What CloudFormation cannot say of a bucket that it did not make: that it is fit to be a channel's, and what it notifies.
 * When the stack is deleted the notifications go from either bucket, so that another stack can take it as it is.
 */
export function bucketSetup(
  scope: Construct,
  deployer: lambda.Function,
  { bucket, exists, queues }: BucketToSetUp,
): void {
  deployer.addToRolePolicy(
    new iam.PolicyStatement({
      sid: 'SetUpBucket',
      actions: ['s3:GetBucketNotification', 's3:PutBucketNotification', ...(exists ? asked : [])],
      resources: [bucket.bucketArn],
    }),
  );
  const resource = new CustomResource(scope, 'BucketSetup', {
    resourceType: 'Custom::GatehouseBucket',
    serviceToken: deployer.functionArn,
    serviceTimeout: Duration.minutes(10),
    properties: {
      bucket: bucket.bucketName,
      exists: `${exists}`,
      queues: Object.values(queues).map(({ queue }) => queue.queueArn),
      rules: exists ? notifications.map(({ to, ...rule }) => ({ queue: queues[to].queue.queueArn, ...rule })) : [],
    },
  });
  if (exists) resource.node.addDependency(...letS3Send(queues));
}
