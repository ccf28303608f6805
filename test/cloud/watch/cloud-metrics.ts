import { z } from 'zod';
import { parseJson } from '../../../core/json/json.ts';
import type { LogLine } from '../stack/function-pool.ts';

export type Statistic = 'Sum' | 'Minimum' | 'Maximum';

export interface Datum {
  readonly Namespace: string;
  readonly MetricName: string;
  /** By {@link dimensionsText}. */
  readonly Dimensions: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly value: number;
}

/** A metric is named by all of its dimensions. */
export const dimensionsText = (dimensions: readonly { readonly Name: string; readonly Value: string }[]): string =>
  dimensions
    .map(({ Name, Value }) => `${Name}=${Value}`)
    .sort()
    .join();

export interface CloudMetrics {
  add(data: readonly Datum[]): void;
  /** Over `from` and up to but not `to`; null without data. */
  statistic(asked: Omit<Datum, 'at' | 'value'> & { stat: Statistic; from: number; to: number }): number | null;
}

export function cloudMetrics(): CloudMetrics {
  const series = new Map<string, Datum[]>();
  const keyOf = ({ Namespace, MetricName, Dimensions }: Omit<Datum, 'at' | 'value'>) =>
    `${Namespace} ${MetricName} ${Dimensions}`;
  const statistics = {
    Sum: (values: readonly number[]) => values.reduce((sum, one) => sum + one, 0),
    Minimum: (values: readonly number[]) => Math.min(...values),
    Maximum: (values: readonly number[]) => Math.max(...values),
  };
  return {
    add(data) {
      for (const one of data) series.set(keyOf(one), [...(series.get(keyOf(one)) ?? []), one]);
    },
    statistic({ stat, from, to, ...metric }) {
      const values = (series.get(keyOf(metric)) ?? [])
        .filter(({ at }) => at >= from && at < to)
        .map(({ value }) => value);
      return values.length === 0 ? null : statistics[stat](values);
    },
  };
}

const embeddedSchema = z.looseObject({
  _aws: z.object({
    Timestamp: z.number(),
    CloudWatchMetrics: z.array(
      z.object({
        Namespace: z.string(),
        Dimensions: z.array(z.array(z.string())),
        Metrics: z.array(z.object({ Name: z.string() })),
      }),
    ),
  }),
});

/** The metrics in a line of a log, in the embedded metric format. */
export function embeddedIn({ text }: LogLine): Datum[] {
  if (!text.includes('"CloudWatchMetrics"')) return [];
  const line = parseJson(text, embeddedSchema, 'a line of metrics');
  const { Timestamp: at, CloudWatchMetrics } = line._aws;
  return CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) =>
      Metrics.flatMap(({ Name: MetricName }) => {
        const dimensions = dimensionsText(names.map((Name) => ({ Name, Value: String(line[Name]) })));
        const values = [line[MetricName]].flat().map(Number);
        return values.map((value) => ({ Namespace, MetricName, Dimensions: dimensions, at, value }));
      }),
    ),
  );
}
