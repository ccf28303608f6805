import { Duration, Names, Stack, Token } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { FunctionName } from './bundle-functions.ts';

/** A name that no other channel of the account and region has, by which its metrics are told apart. */
export function channelMetricName(channel: Construct): string {
  const stack = Stack.of(channel);
  const named = Token.isUnresolved(stack.stackName) ? Names.uniqueId(stack) : stack.stackName;
  const path = channel.node.scopes.slice(stack.node.scopes.length).map(({ node }) => node.id);
  return [named, ...path].join('-');
}

export const metricPeriod = Duration.minutes(5);

export interface Counted {
  readonly metricName: string;
  readonly by: FunctionName;
  readonly statistic?: 'Sum' | 'Maximum';
  readonly period?: Duration;
}

/** What a function counts itself (lambdas/telemetry.ts), under the names that lib/functions.ts gives it. */
export const counted = (
  channel: Construct,
  { metricName, by, statistic = 'Sum', period = metricPeriod }: Counted,
): cloudwatch.Metric =>
  new cloudwatch.Metric({
    namespace: 'Gatehouse',
    metricName,
    dimensionsMap: { service: by, channel: channelMetricName(channel) },
    statistic,
    period,
  });
