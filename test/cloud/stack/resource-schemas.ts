import { z } from 'zod';

/*
 * The properties of the resources that run the pipeline. Strict where one that is not known here could change who calls
 * whom, when and with what; loose within what is about encryption, tracing and cost.
 */

const filterSchema = z
  .strictObject({
    S3Key: z.strictObject({
      Rules: z.array(z.strictObject({ Name: z.enum(['prefix', 'suffix']), Value: z.string() })),
    }),
  })
  .transform(({ S3Key }) => {
    const of = (name: string) => S3Key.Rules.find(({ Name }) => Name === name)?.Value ?? '';
    return { prefix: of('prefix'), suffix: of('suffix') };
  });

export const bucketSchema = z.strictObject({
  BucketEncryption: z.unknown(),
  LifecycleConfiguration: z.unknown(),
  OwnershipControls: z.unknown(),
  PublicAccessBlockConfiguration: z.unknown(),
  VersioningConfiguration: z.strictObject({ Status: z.enum(['Enabled', 'Suspended']) }).optional(),
  NotificationConfiguration: z.strictObject({
    QueueConfigurations: z.array(
      z.strictObject({
        Event: z.string(),
        Queue: z.string(),
        Filter: filterSchema.default({ prefix: '', suffix: '' }),
      }),
    ),
  }),
});

/** As SQS's API takes them: text. */
export const queueSchema = z
  .strictObject({
    MessageRetentionPeriod: z.number(),
    SqsManagedSseEnabled: z.boolean(),
    VisibilityTimeout: z.number(),
    RedrivePolicy: z.strictObject({ deadLetterTargetArn: z.string(), maxReceiveCount: z.number() }),
  })
  .partial()
  .transform((given) =>
    Object.fromEntries(
      Object.entries(given).map(([name, value]) => [
        name,
        typeof value === 'object' ? JSON.stringify(value) : `${value}`,
      ]),
    ),
  );

export const functionSchema = z.strictObject({
  Architectures: z.unknown(),
  Code: z.strictObject({ S3Bucket: z.string(), S3Key: z.string() }),
  DeadLetterConfig: z.strictObject({ TargetArn: z.string() }),
  Environment: z.strictObject({ Variables: z.record(z.string(), z.string()) }),
  EphemeralStorage: z.unknown(),
  Handler: z.string(),
  LoggingConfig: z.unknown(),
  MemorySize: z.number(),
  RecursiveLoop: z.literal('Allow').optional(),
  Role: z.string(),
  Runtime: z.literal('nodejs24.x'),
  /** Seconds. */
  Timeout: z.number(),
  TracingConfig: z.unknown(),
});

export const sourceSchema = z.strictObject({
  BatchSize: z.number(),
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
  /** Seconds. */
  MaximumBatchingWindowInSeconds: z.number(),
  ScalingConfig: z.strictObject({ MaximumConcurrency: z.int().min(2) }),
});

export const ruleSchema = z.strictObject({
  ScheduleExpression: z.string(),
  State: z.enum(['ENABLED', 'DISABLED']),
  Targets: z.array(
    z.strictObject({
      Arn: z.string(),
      Id: z.string(),
      /** JSON, in the place of the event. */
      Input: z.string().optional(),
      DeadLetterConfig: z.strictObject({ Arn: z.string() }),
    }),
  ),
});

export const permissionSchema = z.strictObject({
  Action: z.literal('lambda:InvokeFunction'),
  FunctionName: z.string(),
  Principal: z.string(),
  SourceArn: z.string(),
});

export const policySchema = z.looseObject({ Roles: z.array(z.string()) });

export const customSchema = z
  .looseObject({ ServiceToken: z.string() })
  .transform((ResourceProperties) => ({ function: ResourceProperties.ServiceToken, ResourceProperties }));
