import { Duration, RemovalPolicy, Size, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { FunctionName } from './bundle-functions.ts';
import { access } from './permissions.ts';
import type { QueueName, WorkQueue } from './queues.ts';
import type { Settings } from './settings.ts';
import { cfnBucketOf } from './storage.ts';

interface FunctionSize {
  /** MB; 1,769 is one whole processor. */
  readonly memory: number;
  /** MB of /tmp. */
  readonly scratch: number;
  /** Seconds. */
  readonly timeout: number;
}

/** Within the 3,008 MB that a new account may be held to. */
const defaultSizes: Readonly<Record<FunctionName, FunctionSize>> = {
  scraper: { memory: 3008, scratch: 2048, timeout: 900 },
  // A package, whole, while it is checked.
  downloader: { memory: 1769, scratch: 10_240, timeout: 900 },
  // A failed batch comes back after six timeouts: what is cut off here has saved its progress.
  indexer: { memory: 3008, scratch: 2048, timeout: 300 },
  prover: { memory: 3008, scratch: 1024, timeout: 900 },
  pruner: { memory: 1024, scratch: 512, timeout: 900 },
  // Waits for its own new permissions.
  'deploy-files': { memory: 256, scratch: 512, timeout: 120 },
};

export function sizeOf(name: FunctionName, settings: Settings): FunctionSize {
  return { ...defaultSizes[name], ...(name === 'deploy-files' ? {} : settings.sizes[name]) };
}

/** What every function is made of. */
export interface Surroundings {
  readonly bucket: Bucket;
  readonly queues: Readonly<Record<QueueName, WorkQueue>>;
  /** Where events end that no invocation could handle. */
  readonly deadLetters: Queue;
  readonly settings: Settings;
  /** The folder of each function's bundle. */
  readonly bundles: Readonly<Record<FunctionName, string>>;
}

const queueVariables: Readonly<Record<QueueName, string>> = {
  plan: 'GATEHOUSE_PLAN_QUEUE_URL',
  job: 'GATEHOUSE_JOB_QUEUE_URL',
  index: 'GATEHOUSE_INDEX_QUEUE_URL',
  proof: 'GATEHOUSE_PROOF_QUEUE_URL',
};

/**
 * Lambda stops a function after 16 invocations of which each was set off by the one before, four hours of a run that
 * comes back every quarter of an hour to see what has arrived. core/steps/cloud-run/advance.ts itself ends that after
 * two days, and core/steps/cloud-run/conclude.ts after eight hours.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
 */
const comingBack: readonly FunctionName[] = ['scraper'];

/** A function with a role of its own that may do what lib/permissions.ts says, and write its log and traces. */
export function channelFunction(scope: Construct, name: FunctionName, around: Surroundings): lambda.Function {
  const id = name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
  const size = sizeOf(name, around.settings);
  const logGroup = new logs.LogGroup(scope, `${id}Log`, {
    retention: logs.RetentionDays.THREE_MONTHS,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const role = new iam.Role(scope, `${id}Role`, { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
  for (const statement of [writeLog(logGroup), ...statements(name, around)]) role.addToPolicy(statement);
  acknowledgePatterns(role, name, around.bucket);
  return new lambda.Function(scope, id, {
    runtime: lambda.Runtime.NODEJS_24_X,
    architecture: lambda.Architecture.ARM_64,
    code: lambda.Code.fromAsset(around.bundles[name]),
    handler: 'index.handler',
    role,
    logGroup,
    // Adds the two actions of X-Ray, which knows no resources.
    tracing: lambda.Tracing.ACTIVE,
    deadLetterQueue: around.deadLetters,
    memorySize: size.memory,
    ephemeralStorageSize: Size.mebibytes(size.scratch),
    timeout: Duration.seconds(size.timeout),
    ...(comingBack.includes(name) ? { recursiveLoop: lambda.RecursiveLoop.ALLOW } : {}),
    environment: environment(name, around),
  });
}

/** They let go of what nobody needs. */
const retaining: readonly FunctionName[] = ['scraper', 'pruner'];

function environment(name: FunctionName, { bucket, queues, settings }: Surroundings): Record<string, string> {
  const sends = (access[name].send ?? []).map((queue) => [queueVariables[queue], queues[queue].queue.queueUrl]);
  return {
    GATEHOUSE_BUCKET: bucket.bucketName,
    ...Object.fromEntries(sends),
    ...(retaining.includes(name) ? { GATEHOUSE_RETAIN_DAYS: String(settings.retain) } : {}),
    POWERTOOLS_SERVICE_NAME: name,
    POWERTOOLS_METRICS_NAMESPACE: 'Gatehouse',
  };
}

const writeLog = (group: logs.LogGroup): iam.PolicyStatement =>
  new iam.PolicyStatement({
    sid: 'Log',
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    resources: [group.logGroupArn],
  });

/** cdk-nag takes any `*` for a wildcard. */
function acknowledgePatterns(role: iam.Role, name: FunctionName, bucket: Bucket): void {
  acknowledge(role, 'AwsSolutions-IAM5[Resource::*]', "X-Ray's two actions to send traces know no resource.");
  const id = Stack.of(bucket).getLogicalId(cfnBucketOf(bucket));
  const { read, write = [], delete: deleted = [] } = access[name];
  for (const pattern of new Set([...read, ...write, ...deleted].filter((one) => one.includes('*')))) {
    const rule = `AwsSolutions-IAM5[Resource::<${id}.Arn>/${pattern}]`;
    acknowledge(role, rule, 'Keys behind a prefix, or before a whole file name: lib/permissions.ts.');
  }
}

/** A function's access as statements; by hand, since CDK's grants bring wildcards (s3:GetObject*, s3:List*). */
function statements(name: FunctionName, { bucket, queues }: Surroundings): iam.PolicyStatement[] {
  const { read, list, write = [], delete: deleted = [], send = [] } = access[name];
  const keys = (patterns: readonly string[]) => patterns.map((pattern) => bucket.arnForObjects(pattern));
  const all = [
    { sid: 'Read', actions: ['s3:GetObject'], resources: keys(read) },
    {
      sid: 'List',
      actions: ['s3:ListBucket'],
      resources: list.length === 0 ? [] : [bucket.bucketArn],
      // A read of what is not there is 404 where this holds, else 403, and is weighed without a prefix.
      conditions: { StringLikeIfExists: { 's3:prefix': ['', ...list] } },
    },
    { sid: 'Write', actions: ['s3:PutObject', 's3:AbortMultipartUpload'], resources: keys(write) },
    { sid: 'Delete', actions: ['s3:DeleteObject'], resources: keys(deleted) },
    { sid: 'Send', actions: ['sqs:SendMessage'], resources: send.map((queue) => queues[queue].queue.queueArn) },
  ];
  return all.filter(({ resources }) => resources.length > 0).map((statement) => new iam.PolicyStatement(statement));
}
