import { ArnFormat, Duration, RemovalPolicy, Size, Stack } from 'aws-cdk-lib';
import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { accessStatements } from '../access/access-statements.ts';
import { access } from '../access/permissions.ts';
import type { FunctionName } from '../bundle/bundle-functions.ts';
import { constructId, type QueueName, queueNames, type WorkQueue, work } from '../resources/queues.ts';
import type { ChannelBucket } from '../resources/storage.ts';
import type { FunctionSize, NetworkProps } from '../settings/props.ts';
import { schedulesOf } from '../settings/schedules.ts';
import type { Settings } from '../settings/settings.ts';
import { channelMetricName } from './metrics.ts';

/** Within the 3,008 MB that a new account may be held to. */
const defaultSizes: Readonly<Record<FunctionName, FunctionSize>> = {
  scraper: { memory: 3008, scratch: 2048, timeout: 900 },
  // Its scratch space holds a whole package while that is checked.
  downloader: { memory: 1769, scratch: 10_240, timeout: 900 },
  // A failed batch comes back after six timeouts, so this one is short; an indexer that is cut off has saved its progress.
  indexer: { memory: 3008, scratch: 2048, timeout: 300 },
  prover: { memory: 3008, scratch: 1024, timeout: 900 },
  pruner: { memory: 1024, scratch: 512, timeout: 900 },
  // It reads what nobody judged yet, four files side by side; what comes back is staged whole.
  sweeper: { memory: 3008, scratch: 10_240, timeout: 900 },
  // It waits for its own new permissions to spread.
  'deploy-files': { memory: 256, scratch: 512, timeout: 120 },
};

export function sizeOf(name: FunctionName, settings: Settings): FunctionSize {
  return { ...defaultSizes[name], ...(name === 'deploy-files' ? {} : settings.sizes[name]) };
}

/** The parts of the stack that functions are made with. */
export interface Surroundings {
  readonly bucket: ChannelBucket;
  readonly queues: Readonly<Record<QueueName, WorkQueue>>;
  /** Takes the events that no invocation could handle. */
  readonly deadLetters: Queue;
  readonly settings: Settings;
  /** The VPC that they run in, or none. */
  readonly network: NetworkProps;
  readonly encryptionKey?: IKey | undefined;
  /** The folder of each function's bundle. */
  readonly bundles: Readonly<Record<FunctionName, string>>;
}

/** One security group for all functions, unless others are given: each would make one of its own. */
export function functionsNetwork(scope: Construct, { vpc, vpcSubnets, securityGroups }: NetworkProps): NetworkProps {
  const description = 'The functions of a conda channel: nothing in, everything out';
  const ownGroups = () => (vpc === undefined ? [] : [new SecurityGroup(scope, 'SecurityGroup', { vpc, description })]);
  return {
    ...(vpc && { vpc }),
    ...(vpcSubnets && { vpcSubnets }),
    securityGroups: securityGroups ?? ownGroups(),
  };
}

const queueVariables: Readonly<Record<QueueName, string>> = {
  plan: 'GATEHOUSE_PLAN_QUEUE_URL',
  job: 'GATEHOUSE_JOB_QUEUE_URL',
  index: 'GATEHOUSE_INDEX_QUEUE_URL',
  proof: 'GATEHOUSE_PROOF_QUEUE_URL',
  sweep: 'GATEHOUSE_SWEEP_QUEUE_URL',
};

/**
 * Functions that send messages to themselves. Lambda stops such a function after 16 invocations of which each was set
 * off by the one before: four hours of a run that comes back every quarter of an hour. The run itself ends after two
 * days, and its planning after eight hours (core/steps); a sweep when it has come to the last file; a proof is put off five times.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
 */
const selfInvoking: readonly FunctionName[] = ['scraper', 'sweeper', 'prover'];

/** A function with a role of its own that may do what lib/access/permissions.ts says, and write its log and traces. */
export function channelFunction(scope: Construct, name: FunctionName, around: Surroundings): lambda.Function {
  const id = constructId(name);
  const size = sizeOf(name, around.settings);
  const logGroup = new logs.LogGroup(scope, `${id}Log`, {
    retention: logs.RetentionDays.THREE_MONTHS,
    removalPolicy: RemovalPolicy.DESTROY,
    ...(around.encryptionKey && { encryptionKey: around.encryptionKey }),
  });
  const role = new iam.Role(scope, `${id}Role`, { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
  const inVpc = around.network.vpc === undefined ? [] : networkInterfaces(scope);
  const secret = asking.includes(name) ? around.settings.netrcSecret : undefined;
  const statements = [writeLog(logGroup), ...accessStatements(access[name], around), ...inVpc, ...readNetrc(secret)];
  for (const statement of statements) role.addToPolicy(new iam.PolicyStatement(statement));
  return new lambda.Function(scope, id, {
    runtime: lambda.Runtime.NODEJS_24_X,
    architecture: lambda.Architecture.ARM_64,
    code: lambda.Code.fromAsset(around.bundles[name]),
    handler: 'index.handler',
    role,
    logGroup,
    // Adds X-Ray's two actions to send traces, which know no resource.
    tracing: lambda.Tracing.ACTIVE,
    deadLetterQueue: around.deadLetters,
    memorySize: size.memory,
    ephemeralStorageSize: Size.mebibytes(size.scratch),
    timeout: Duration.seconds(size.timeout),
    ...(selfInvoking.includes(name) ? { recursiveLoop: lambda.RecursiveLoop.ALLOW } : {}),
    environment: { ...environment(name, around), GATEHOUSE_CHANNEL_NAME: channelMetricName(scope) },
    ...around.network,
  });
}

/**
 * What Lambda needs to give a function its network interfaces. It asks as the function's role, whose code must not: a request
 * of code bears the ARN of its function.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
 */
function networkInterfaces(scope: Construct): iam.PolicyStatementProps[] {
  const [service, resource, resourceName] = ['lambda', 'function', '*'];
  const arnFormat = ArnFormat.COLON_RESOURCE_NAME;
  const functions = Stack.of(scope).formatArn({ service, resource, resourceName, arnFormat });
  const interfaces = { actions: interfaceActions, resources: ['*'] };
  const fromCode = { ArnLike: { 'lambda:SourceFunctionArn': functions } };
  return [
    { sid: 'NetworkInterfaces', ...interfaces },
    { sid: 'NotFromCode', effect: iam.Effect.DENY, ...interfaces, conditions: fromCode },
  ];
}

const interfaceActions = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

/** Functions that ask upstreams, and so read what they are asked with. */
const asking: readonly FunctionName[] = ['scraper', 'downloader', 'indexer', 'sweeper'];

const readNetrc = (secret: string | undefined): iam.PolicyStatementProps[] =>
  secret === undefined ? [] : [{ sid: 'ReadNetrc', actions: ['secretsmanager:GetSecretValue'], resources: [secret] }];

/** Functions that decide whether something has been kept for long enough. */
const retaining: readonly FunctionName[] = ['scraper', 'pruner'];

function environment(name: FunctionName, { bucket, queues, settings }: Surroundings): Record<string, string> {
  const sends = (access[name].send ?? []).map((queue) => [queueVariables[queue], queues[queue].queue.queueUrl]);
  const own = queueNames.filter((queue) => work[queue].by === name);
  return {
    GATEHOUSE_BUCKET: bucket.bucketName,
    ...Object.fromEntries(own.flatMap((queue) => Object.entries(ownQueue(queue, queues[queue])))),
    ...Object.fromEntries(sends),
    ...(name === 'scraper' ? { GATEHOUSE_SCHEDULES: JSON.stringify(schedulesOf(settings)) } : {}),
    ...(asking.includes(name) && settings.netrcSecret ? { GATEHOUSE_NETRC_SECRET: settings.netrcSecret } : {}),
    ...(retaining.includes(name) ? { GATEHOUSE_RETAIN_DAYS: String(settings.retain) } : {}),
    POWERTOOLS_SERVICE_NAME: name,
    POWERTOOLS_METRICS_NAMESPACE: 'Gatehouse',
  };
}

/** What failed is told there when to come again, or given up (lambdas/soon-again.ts). */
const ownQueue = (name: QueueName, { queue, deadLetters }: WorkQueue): Record<string, string> => ({
  GATEHOUSE_OWN_QUEUE_URL: queue.queueUrl,
  GATEHOUSE_DEAD_LETTERS_URL: deadLetters.queueUrl,
  GATEHOUSE_MAX_RECEIVES: String(work[name].maxReceives),
});

const writeLog = (group: logs.LogGroup): iam.PolicyStatementProps => ({
  sid: 'Log',
  actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  resources: [group.logGroupArn],
});
