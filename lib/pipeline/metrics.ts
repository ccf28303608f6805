import { Duration, Names, Stack, Token } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { FunctionName } from '../bundle/bundle-functions.ts';

/** A name that no other channel of the account and region has, by which its metrics are told apart. */
export function channelMetricName(channel: Construct): string {
  const stack = Stack.of(channel);
  const named = Token.isUnresolved(stack.stackName) ? Names.uniqueId(stack) : stack.stackName;
  const path = channel.node.scopes.slice(stack.node.scopes.length).map(({ node }) => node.id);
  return [named, ...path].join('-');
}

/** What functions count themselves (`count` in lambdas/), and which of them does. */
export const countedBy = {
  PlanProblems: 'scraper',
  PlansIncomplete: 'scraper',
  SlicesMissing: 'scraper',
  FilesWaiting: 'scraper',
  FilesMissing: 'scraper',
  ChangesHeld: 'scraper',
  MostPackagesLeave: 'scraper',
  ArtifactsGivenUp: 'scraper',
  SyncsStuck: 'scraper',
  SchedulesMissed: 'scraper',
  EntriesNotInstalling: 'scraper',
  Watches: 'scraper',
  PackagesFetched: 'downloader',
  BytesFetched: 'downloader',
  FetchesFailed: 'downloader',
  FetchesHeld: 'downloader',
  IndexesWritten: 'indexer',
  IndexProblems: 'indexer',
  StrayFiles: 'indexer',
  EntriesFailing: 'prover',
  EntriesLost: 'prover',
  ObjectsDeleted: 'pruner',
  PruneProblems: 'pruner',
  FilesChecked: 'sweeper',
  FilesRecalled: 'sweeper',
  FilesReleased: 'sweeper',
  FilesUnjudged: 'sweeper',
  HeldFiles: 'sweeper',
  AdvisoriesAgeHours: 'sweeper',
  AdvisoriesMissing: 'sweeper',
  SweepsLate: 'sweeper',
} as const satisfies Readonly<Record<string, FunctionName>>;

export type ChannelMetricName = keyof typeof countedBy;

/** Levels, of which a sum over time says nothing. */
const levels: readonly string[] = [
  'FilesWaiting',
  'FilesMissing',
  'ChangesHeld',
  'EntriesFailing',
  'HeldFiles',
  'AdvisoriesAgeHours',
];

export const metricPeriod = Duration.minutes(5);

export interface Counted extends cloudwatch.MetricOptions {
  /** One of those above, or what each function counts of its messages: `Failed`, `MessagesFailing`. */
  readonly metricName: string;
  readonly by: FunctionName;
}

/**
 * A metric under the names that lib/pipeline/functions.ts gives a channel and its functions. Every 5 minutes, summed up, or the most of
 * what is a level, where nothing else is said.
 */
export const counted = (channel: Construct, { metricName, by, ...options }: Counted): cloudwatch.Metric =>
  new cloudwatch.Metric({
    period: metricPeriod,
    statistic: levels.includes(metricName) ? 'Maximum' : 'Sum',
    ...options,
    namespace: 'Gatehouse',
    metricName,
    dimensionsMap: { ...options.dimensionsMap, service: by, channel: channelMetricName(channel) },
  });
