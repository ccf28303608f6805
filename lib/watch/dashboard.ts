import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { type ChannelMetricName, counted, countedBy, metricPeriod } from '../pipeline/metrics.ts';
import type { Functions } from '../pipeline/pipeline.ts';
import { type QueueName, queueNames, type WorkQueue } from '../resources/queues.ts';

interface Shown {
  readonly alarms: readonly Alarm[];
  readonly functions: Functions;
  readonly queues: Readonly<Record<QueueName, WorkQueue>>;
  readonly deadLetters: Queue;
}

const depth = (queue: Queue, label: string) =>
  queue.metricApproximateNumberOfMessagesVisible({ label, period: metricPeriod, statistic: 'Maximum' });

const graph = (title: string, left: IMetric[]): IWidget => new GraphWidget({ title, left, width: 12, height: 6 });

/** All alarms, and what a person looks at next: what comes in, what waits, what was given up, what fails. CloudFormation names it. */
export function channelDashboard(scope: Construct, shown: Shown): Dashboard {
  const markdown = 'What an alarm means, and what to do: `docs/operations.md`.';
  return new Dashboard(scope, 'Dashboard', {
    widgets: [
      [new TextWidget({ markdown, width: 24, height: 1 })],
      [new AlarmStatusWidget({ title: 'Alarms', alarms: [...shown.alarms], width: 24, height: 6 })],
      countsShown(scope),
      queuesShown(shown),
      [
        graph(
          'Functions that failed',
          Object.values(shown.functions).map((fn) => fn.metricErrors({ label: fn.node.id, period: metricPeriod })),
        ),
      ],
    ],
  });
}

function countsShown(scope: Construct): IWidget[] {
  const metric = (metricName: ChannelMetricName) => counted(scope, { metricName, by: countedBy[metricName] });
  const ofSyncs = [
    metric('FilesMissing'),
    ...(['PackagesFetched', 'FetchesHeld', 'FetchesFailed'] as const).map(metric),
  ];
  const ofEntries = [metric('EntriesFailing'), metric('ChangesHeld')];
  const ofSweeps = (['FilesChecked', 'FilesRecalled'] as const).map(metric);
  return [
    graph('Syncs: files that the run waits for; that came, were held, failed', ofSyncs),
    graph('Entries that do not install, changes held back; files that a sweep looked at', [...ofEntries, ...ofSweeps]),
  ];
}

const queuesShown = ({ queues, deadLetters }: Shown): IWidget[] => [
  graph(
    'Messages that wait',
    queueNames.map((name) => depth(queues[name].queue, name)),
  ),
  graph('Dead letters', [
    depth(deadLetters, 'events'),
    ...queueNames.map((name) => depth(queues[name].deadLetters, name)),
  ]),
];
