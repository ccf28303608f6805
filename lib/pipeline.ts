import { Duration } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { FunctionName } from './bundle-functions.ts';
import { channelFunction, type Surroundings } from './functions.ts';
import { type QueueName, type WorkQueue, work } from './queues.ts';

export type Functions = Readonly<Record<FunctionName, lambda.Function>>;

/** The functions, what each takes from its queue, and what the clock starts. */
export function channelPipeline(scope: Construct, around: Surroundings): Functions {
  const make = (name: FunctionName) => channelFunction(scope, name, around);
  const functions: Functions = {
    scraper: make('scraper'),
    downloader: make('downloader'),
    indexer: make('indexer'),
    prover: make('prover'),
    pruner: make('pruner'),
    'deploy-files': make('deploy-files'),
  };
  const names = ['plan', 'job', 'index', 'proof'] as const satisfies readonly QueueName[];
  for (const name of names) workOff(functions[work[name].by], name, around.queues[name]);
  startByClock(scope, functions, around);
  return functions;
}

/** SQS invokes the function with batches; what it reports as failed comes back, the rest is done. */
function workOff(worker: lambda.Function, name: QueueName, { queue }: WorkQueue): void {
  const { batch, window, concurrency } = work[name];
  worker.addToRolePolicy(
    new iam.PolicyStatement({
      sid: 'Receive',
      actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'],
      resources: [queue.queueArn],
    }),
  );
  const source = worker.addEventSourceMapping('Queue', {
    eventSourceArn: queue.queueArn,
    batchSize: batch,
    maxBatchingWindow: Duration.seconds(window),
    maxConcurrency: concurrency,
    reportBatchItemFailures: true,
  });
  acknowledge(
    source,
    'Serverless-LambdaEventSourceMappingDestination',
    'For streams; the queue has its own dead letters.',
  );
}

function startByClock(scope: Construct, functions: Functions, { settings, deadLetters }: Surroundings): void {
  const start = (id: string, schedule: string, target: lambda.Function, input?: events.RuleTargetInput) =>
    new events.Rule(scope, id, {
      schedule: events.Schedule.expression(schedule),
      targets: [
        new targets.LambdaFunction(target, {
          deadLetterQueue: deadLetters,
          ...(input === undefined ? {} : { event: input }),
        }),
      ],
    });
  if (settings.schedule !== 'off') start('Sync', settings.schedule, functions.scraper);
  // Finds what an event that never came left unindexed.
  start('Reconcile', 'rate(1 day)', functions.indexer, events.RuleTargetInput.fromObject({ type: 'reconcile' }));
  start('Prune', 'rate(7 days)', functions.pruner);
}
