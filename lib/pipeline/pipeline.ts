import { Duration } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { FunctionName } from '../bundle/bundle-functions.ts';
import { concurrencyOf, type QueueName, queueNames, type WorkQueue, work, workQueue } from '../resources/queues.ts';
import { schedulesOf } from '../settings/schedules.ts';
import type { Settings } from '../settings/settings.ts';
import { channelFunction, type Surroundings, sizeOf } from './functions.ts';

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
  for (const name of queueNames) workOff(functions[work[name].by], name, around);
  startByClock(scope, functions, around);
  return functions;
}

/** Lambda invokes the function with batches of the queue; messages that it reports as failed come again. */
function workOff(worker: lambda.Function, name: QueueName, { queues, settings }: Surroundings): void {
  const { queue, deadLetters } = queues[name];
  const { batchSize, windowSeconds } = work[name];
  worker.addToRolePolicy(
    new iam.PolicyStatement({
      sid: 'Receive',
      actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'],
      resources: [queue.queueArn],
    }),
  );
  worker.addToRolePolicy(
    new iam.PolicyStatement({ sid: 'GiveUp', actions: ['sqs:SendMessage'], resources: [deadLetters.queueArn] }),
  );
  worker.addEventSourceMapping('Queue', {
    eventSourceArn: queue.queueArn,
    batchSize,
    maxBatchingWindow: Duration.seconds(windowSeconds),
    maxConcurrency: concurrencyOf(name, settings.concurrency),
    reportBatchItemFailures: true,
  });
}

function startByClock(scope: Construct, functions: Functions, { settings, deadLetters }: Surroundings): void {
  const start = (id: string, schedule: string | undefined, target: lambda.Function, type?: string) => {
    if (schedule === undefined) return;
    const event = type === undefined ? {} : { event: events.RuleTargetInput.fromObject({ type }) };
    new events.Rule(scope, id, {
      schedule: events.Schedule.expression(schedule),
      targets: [new targets.LambdaFunction(target, { deadLetterQueue: deadLetters, ...event })],
    });
  };
  const { sync, reconcile, prune, sweep } = schedulesOf(settings);
  start('Sync', sync, functions.scraper);
  // Finds packages that were left unindexed because an event never came.
  start('Reconcile', reconcile, functions.indexer, 'reconcile');
  start('Prune', prune, functions.pruner);
  start('Sweep', sweep, functions.sweeper, 'sweep');
  start('Watch', 'rate(10 minutes)', functions.scraper, 'watch');
}

/** The queue of each kind of work, and its dead letters. */
export function channelQueues(
  scope: Construct,
  settings: Settings,
  key: IKey | undefined,
): Readonly<Record<QueueName, WorkQueue>> {
  const make = (name: QueueName) => workQueue(scope, name, sizeOf(work[name].by, settings).timeout, key);
  return { plan: make('plan'), job: make('job'), index: make('index'), proof: make('proof'), sweep: make('sweep') };
}
