import { Aws, Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { FunctionName } from './bundle-functions.ts';
import type { Functions } from './pipeline.ts';
import { constructId, type WorkQueue } from './queues.ts';
import type { Settings } from './settings.ts';

interface Watch {
  readonly id: string;
  readonly metric: cloudwatch.IMetric;
  /** The alarm goes off at this value and above it. */
  readonly threshold: number;
  readonly says: string;
  /** The heading in docs/operations.md. */
  readonly section: string;
}

interface Watched {
  readonly functions: Functions;
  readonly queues: Readonly<Record<string, WorkQueue>>;
  readonly deadLetters: Queue;
  readonly settings: Settings;
}

const alarmPeriod = Duration.minutes(5);

/** An alarm for each way in which work can stop; each names the section of docs/operations.md that says what to do. */
export function channelAlarms(scope: Construct, watched: Watched): void {
  const action = alarmAction(scope, watched.settings);
  for (const { id, metric, threshold, says, section } of watches(watched)) {
    const alarm = new cloudwatch.Alarm(scope, id, {
      metric,
      threshold,
      evaluationPeriods: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      alarmDescription: `${says} See docs/operations.md, "${section}".`,
    });
    if (action !== null) alarm.addAlarmAction(action);
  }
}

function watches({ functions, queues, deadLetters }: Watched): Watch[] {
  return [
    deadLettersIn('Events', deadLetters),
    ...Object.entries(queues).flatMap(([name, queue]) => [
      deadLettersIn(constructId(name), queue.deadLetters),
      tooOld(name, queue),
    ]),
    {
      id: 'EntriesLostAlarm',
      metric: counted('EntriesLost', 'prover'),
      threshold: 1,
      says: 'An entry of the allowlist installed from the channel until now, and does not any more.',
      section: 'An entry no longer installs',
    },
    {
      id: 'FilesRecalledAlarm',
      metric: counted('FilesRecalled', 'sweeper'),
      threshold: 1,
      says: 'A file that was served turned bad, and was taken back.',
      section: 'A file was recalled',
    },
    {
      id: 'SweepsLateAlarm',
      metric: counted('SweepsLate', 'sweeper'),
      threshold: 1,
      says: 'A sweep has not come to its end in two days.',
      section: 'A sweep does not end',
    },
    {
      id: 'AdvisoriesMissingAlarm',
      metric: counted('AdvisoriesMissing', 'sweeper'),
      threshold: 1,
      says: 'The advisories could not be had: what is new waits, and what is served was not checked against them.',
      section: 'The advisories cannot be had',
    },
    ...Object.values(functions).flatMap((fn): Watch[] => [
      {
        id: `${fn.node.id}Errors`,
        metric: fn.metricErrors({ period: alarmPeriod }),
        threshold: 1,
        says: `${fn.node.id} ended with an error, or was cut off.`,
        section: 'A function fails',
      },
      {
        id: `${fn.node.id}Throttles`,
        metric: fn.metricThrottles({ period: alarmPeriod }),
        threshold: 1,
        says: `${fn.node.id} was held back by the account's concurrency.`,
        section: 'A function is throttled',
      },
    ]),
  ];
}

/**
 * What a function counts itself (lambdas/) under the namespace and service that lib/functions.ts gives it: one metric for
 * all channels of an account and region.
 */
const counted = (metricName: string, service: FunctionName): cloudwatch.Metric =>
  new cloudwatch.Metric({
    namespace: 'Gatehouse',
    metricName,
    dimensionsMap: { service },
    statistic: 'Sum',
    period: alarmPeriod,
  });

const deadLettersIn = (name: string, queue: Queue): Watch => ({
  id: `${name}DeadLettersAlarm`,
  metric: queue.metricApproximateNumberOfMessagesVisible({ period: alarmPeriod, statistic: 'Maximum' }),
  threshold: 1,
  says: `${name}: messages were given up.`,
  section: 'A dead-letter queue is not empty',
});

const tooOld = (name: string, { queue, visibilityTimeoutSeconds }: WorkQueue): Watch => ({
  id: `${constructId(name)}QueueAge`,
  metric: queue.metricApproximateAgeOfOldestMessage({ period: alarmPeriod, statistic: 'Maximum' }),
  // By then two whole attempts have failed, or were never begun.
  threshold: 2 * visibilityTimeoutSeconds,
  says: `Messages in the ${name} queue wait for longer than two attempts take.`,
  section: 'A queue falls behind',
});

/** Notifies the topic or address of the settings; null without either: an alarm shows in CloudWatch all the same. */
function alarmAction(scope: Construct, { alarmTopic, email }: Settings): SnsAction | null {
  if (alarmTopic !== undefined) return new SnsAction(sns.Topic.fromTopicArn(scope, 'AlarmTopic', alarmTopic));
  if (email === undefined) return null;
  const topic = new sns.Topic(scope, 'Alarms', { enforceSSL: true });
  // A policy of its own replaces the one by which every alarm of the account may publish.
  topic.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: 'FromAlarms',
      principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }),
  );
  topic.addSubscription(new EmailSubscription(email));
  return new SnsAction(topic);
}
