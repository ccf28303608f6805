import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { CustomResource, Duration, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { type QueueName, queueNames, type WorkQueue } from '../resources/queues.ts';
import type { Functions } from './pipeline.ts';

interface Described {
  readonly queues: Readonly<Record<QueueName, WorkQueue>>;
  readonly deadLetters: Queue;
  readonly functions: Functions;
  /** The path of the allowlist that is deployed. */
  readonly allowlist: string;
  /** Null without CloudFront. */
  readonly url: string | null;
  readonly deployer: lambda.Function;
}

/**
 * Has the bucket say which stack fills it, and how that is reached: `gatehouse status` and `sync --remote` need its name
 * alone. A resource of its own, for the repository's files are written anew, and a sync started, whenever theirs changes.
 * Call it when all alarms are there.
 */
export function describeStack(scope: Construct, described: Described): void {
  new CustomResource(scope, 'Deployed', {
    resourceType: 'Custom::GatehouseDeployed',
    serviceToken: described.deployer.functionArn,
    serviceTimeout: Duration.minutes(10),
    properties: { deployed: description(scope, described) },
  });
}

/** As core/documents/deployed.ts reads it. */
function description(scope: Construct, { queues, deadLetters, functions, allowlist, url }: Described) {
  const { stackName, region } = Stack.of(scope);
  const inScope = scope.node.findAll();
  const dashboard = inScope.find((one) => one instanceof cloudwatch.Dashboard)?.dashboardName;
  const urlsOf = ({ queue, deadLetters: dead }: WorkQueue) => ({ queue: queue.queueUrl, deadLetters: dead.queueUrl });
  return {
    stack: stackName,
    region,
    allowlist: createHash('sha256').update(readFileSync(allowlist)).digest('hex'),
    queues: Object.fromEntries(queueNames.map((name) => [name, urlsOf(queues[name])])),
    eventDeadLetters: deadLetters.queueUrl,
    functions: Object.fromEntries(Object.entries(functions).map(([name, fn]) => [name, fn.functionName])),
    alarms: inScope.filter((one) => one instanceof cloudwatch.Alarm).map(({ alarmName }) => alarmName),
    ...(dashboard !== undefined && { dashboard }),
    ...(url !== null && { channelUrl: url }),
  };
}
