import { Duration } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Alarm, ComparisonOperator, MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct, IDependable } from 'constructs';
import { counted, countedBy, metricPeriod } from '../pipeline/metrics.ts';
import type { Functions } from '../pipeline/pipeline.ts';
import { constructId, type QueueName, queueNames, type WorkQueue, work } from '../resources/queues.ts';
import { countedAlarms } from './counted-alarms.ts';

interface Watch {
  readonly id: string;
  readonly metric: cloudwatch.IMetric;
  readonly says: string;
  /** The heading in docs/operations.md. */
  readonly section: string;
  /** The alarm goes off when so many periods in a row are at 1 or above it; 1 when not said. */
  readonly periods?: number;
}

interface Watched {
  readonly functions: Functions;
  readonly queues: Readonly<Record<QueueName, WorkQueue>>;
  readonly deadLetters: Queue;
  readonly actions: readonly cloudwatch.IAlarmAction[];
}

/**
 * An alarm for each way in which work can fail or stop; each names the section of docs/operations.md that says what to do. None is
 * of a first try that fails, nor of work that waits its turn: both are as they should be.
 */
export function channelAlarms(scope: Construct, watched: Watched): Alarm[] {
  return watches(scope, watched).map(({ id, metric, says, section, periods = 1 }) => {
    const alarm = new Alarm(scope, id, {
      metric,
      threshold: 1,
      evaluationPeriods: periods,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: described(says, section),
    });
    for (const action of watched.actions) alarm.addAlarmAction(action);
    return alarm;
  });
}

/**
 * The alarm that goes off when there is nothing to count, for the clock that looks after all others stands.
 *
 * @param files the allowlist that is deployed, which has something to count at once: it would go off before
 */
export function watchesAlarm(scope: Construct, actions: readonly cloudwatch.IAlarmAction[], files: IDependable): Alarm {
  const alarm = new Alarm(scope, 'WatchesAlarm', {
    metric: counted(scope, { metricName: 'Watches', by: 'scraper', period: Duration.minutes(15) }),
    threshold: 1,
    evaluationPeriods: 1,
    comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    treatMissingData: TreatMissingData.BREACHING,
    alarmDescription: described('Nobody looks any more whether schedules fire and syncs end.', 'Nobody watches'),
  });
  for (const action of actions) alarm.addAlarmAction(action);
  alarm.node.addDependency(files);
  return alarm;
}

const described = (says: string, section: string): string => `${says} See docs/operations.md, "${section}".`;

const watches = (scope: Construct, { functions, queues, deadLetters }: Watched): Watch[] => [
  deadLettersIn('Events', deadLetters),
  ...queueNames.flatMap((name) => [
    deadLettersIn(constructId(name), queues[name].deadLetters),
    failing(scope, name),
    standing(name, queues[name]),
  ]),
  ...countedAlarms.map(({ metricName, ...told }) => ({
    metric: counted(scope, { metricName, by: countedBy[metricName] }),
    ...told,
  })),
  ...Object.values(functions).flatMap((fn) => [errorsOf(fn), throttlesOf(fn)]),
];

const deadLettersIn = (name: string, queue: Queue): Watch => ({
  id: `${name}DeadLettersAlarm`,
  metric: queue.metricApproximateNumberOfMessagesVisible({ period: metricPeriod, statistic: 'Maximum' }),
  says: `${name}: messages were given up.`,
  section: 'A dead-letter queue is not empty',
});

/** As the function itself counts them: SQS leaves a message that came three times out of the age of the oldest. */
const failing = (scope: Construct, name: QueueName): Watch => ({
  id: `${constructId(name)}MessagesFailing`,
  metric: counted(scope, { metricName: 'MessagesFailing', by: work[name].by }),
  says:
    name === 'job'
      ? 'A file could not be fetched three times in a row.'
      : `A message of the ${name} queue failed three times in a row.`,
  section: name === 'job' ? 'A file cannot be fetched' : 'A message keeps failing',
});

/** 25 minutes: an invocation may be at work for 15 before it deletes its first message. */
const standingPeriods = 5;

/** Nobody receives what waits. Work that waits its turn is none of this: others of its queue are done and deleted meanwhile. */
const standing = (name: QueueName, { queue }: WorkQueue): Watch => ({
  id: `${constructId(name)}QueueStands`,
  metric: new MathExpression({
    expression: 'IF(FILL(deleted, 0) < 1 AND FILL(waiting, 0) > 0, 1, 0)',
    usingMetrics: {
      deleted: queue.metricNumberOfMessagesDeleted({ period: metricPeriod, statistic: 'Sum' }),
      waiting: queue.metricApproximateNumberOfMessagesVisible({ period: metricPeriod, statistic: 'Minimum' }),
    },
    label: `the ${name} queue stands`,
    period: metricPeriod,
  }),
  says: `Messages wait in the ${name} queue, and none was done for 25 minutes.`,
  section: 'A queue stands still',
  periods: standingPeriods,
});

const errorsOf = (fn: lambda.Function): Watch => ({
  id: `${fn.node.id}Errors`,
  metric: fn.metricErrors({ period: metricPeriod }),
  says: `${fn.node.id} ended with an error, or was cut off.`,
  section: 'A function fails',
});

/** A first sync takes all the concurrency that a new account has, for minutes. */
const throttlesOf = (fn: lambda.Function): Watch => ({
  id: `${fn.node.id}Throttles`,
  metric: fn.metricThrottles({ period: metricPeriod }),
  says: `${fn.node.id} was held back by the account's concurrency for 25 minutes.`,
  section: 'A function is throttled',
  periods: 5,
});
