import { Duration } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { FunctionName } from './bundle-functions.ts';
import { channelFunction, type Surroundings } from './functions.ts';
import { type QueueName, queueNames, type WorkQueue, work } from './queues.ts';

export type Functions = Readonly<Record<FunctionName, lambda.Function>>;

/** The functions, the queue that each works off, and the rules by which the clock starts some. */
export function channelPipeline(scope: Construct, around: Surroundings): Functions {
  const make = (name: FunctionName) => channelFunction(scope, name, around);
  const functions: Functions = {
    scraper: make('scraper'),
    downloader: make('downloader'),
    indexer: make('indexer'),
    prover: make('prover'),
    pruner: make('pruner'),
    sweeper: make('sweeper'),
    'deploy-files': make('deploy-files'),
  };
  for (const name of queueNames) workOff(functions[work[name].by], name, around.queues[name]);
  startByClock(scope, functions, around);
  return functions;
}

/** Lambda invokes the function with batches of the queue; messages that it reports as failed come again. */
function workOff(worker: lambda.Function, name: QueueName, { queue }: WorkQueue): void {
  const { batchSize, windowSeconds, maxConcurrency } = work[name];
  worker.addToRolePolicy(
    new iam.PolicyStatement({
      sid: 'Receive',
      actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'],
      resources: [queue.queueArn],
    }),
  );
  worker.addEventSourceMapping('Queue', {
    eventSourceArn: queue.queueArn,
    batchSize,
    maxBatchingWindow: Duration.seconds(windowSeconds),
    maxConcurrency,
    reportBatchItemFailures: true,
  });
}

function startByClock(scope: Construct, functions: Functions, { settings, deadLetters }: Surroundings): void {
  const start = (id: string, schedule: string, target: lambda.Function, input?: events.RuleTargetInput) =>
    new events.Rule(scope, id, {
      schedule: events.Schedule.expression(schedule),
      targets: [new targets.LambdaFunction(target, { deadLetterQueue: deadLetters, ...(input && { event: input }) })],
    });
  if (settings.schedule !== 'off') start('Sync', settings.schedule, functions.scraper);
  // Finds packages that were left unindexed because an event never came.
  start('Reconcile', 'rate(1 day)', functions.indexer, events.RuleTargetInput.fromObject({ type: 'reconcile' }));
  start('Prune', 'rate(7 days)', functions.pruner);
  const input = events.RuleTargetInput.fromObject({ type: 'sweep' });
  if (settings.sweep !== 'off') start('Sweep', settings.sweep, functions.sweeper, input);
}
