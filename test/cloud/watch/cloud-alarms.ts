import { z } from 'zod';
import { resolved } from '../stack/intrinsics.ts';
import { type CloudMetrics, dimensionsText, type Statistic } from './cloud-metrics.ts';

/*
 * Alarms as CloudWatch evaluates them: each minute, over windows of a period each, of which the last ends then (SlidingWindow).
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-cloudwatch-alarm-evaluationwindow.html
 * Strict: a property that is not known here could change when an alarm goes off.
 */

const dimensionsSchema = z.array(z.strictObject({ Name: z.string(), Value: z.string() })).transform(dimensionsText);
const statisticSchema = z.enum(['Sum', 'Minimum', 'Maximum']);
const seriesSchema = z.strictObject({
  Metric: z.strictObject({ Namespace: z.string(), MetricName: z.string(), Dimensions: dimensionsSchema }),
  Period: z.number(),
  Stat: statisticSchema,
});
const mathSchema = z.strictObject({
  Id: z.string(),
  Label: z.string().optional(),
  ReturnData: z.boolean(),
  Expression: z.string().optional(),
  MetricStat: seriesSchema.optional(),
});
const commonSchema = z.object({
  AlarmDescription: z.string(),
  AlarmActions: z.array(z.unknown()).default([]),
  ComparisonOperator: z.enum(['GreaterThanOrEqualToThreshold', 'LessThanThreshold']),
  EvaluationPeriods: z.int().positive(),
  Threshold: z.number(),
  TreatMissingData: z.enum(['breaching', 'notBreaching']),
});
const simpleSchema = commonSchema.extend({
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: dimensionsSchema,
  Period: z.number(),
  Statistic: statisticSchema,
});
const alarmSchema = z.union([simpleSchema.strict(), commonSchema.extend({ Metrics: z.array(mathSchema) }).strict()]);

type Series = z.infer<typeof seriesSchema>;

export interface CloudAlarm extends z.infer<typeof commonSchema> {
  /** The id of its construct. */
  readonly id: string;
  /** Seconds. */
  readonly period: number;
  /** The value of a window that ends at a time; null without data. */
  readonly valueAt: (metrics: CloudMetrics, end: number) => number | null;
}

const resourceSchema = z.looseObject({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) });
const templateSchema = z.looseObject({ Resources: z.record(z.string(), resourceSchema) });

export function readAlarms(template: unknown, endpoint: string): CloudAlarm[] {
  const all = Object.entries(templateSchema.parse(template).Resources);
  const place = { endpoint, types: new Map(all.map(([id, { Type }]) => [id, Type])) };
  const alarms = all.filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm');
  return alarms.map(([id, { Properties }]) => {
    const alarm = alarmSchema.parse(resolved(Properties, place));
    return { ...alarm, id: id.replace(/^Channel(\w+?)[0-9A-F]{8}$/, '$1'), ...measuredBy(alarm) };
  });
}

function measuredBy(alarm: z.infer<typeof alarmSchema>): Pick<CloudAlarm, 'period' | 'valueAt'> {
  if ('Metrics' in alarm) return math(alarm.Metrics);
  const { Namespace, MetricName, Dimensions, Period, Statistic } = alarm;
  const series = { Metric: { Namespace, MetricName, Dimensions }, Period, Stat: Statistic };
  return { period: Period, valueAt: (metrics, end) => measured(series, metrics, end) };
}

const measured = ({ Metric, Period, Stat }: Series, metrics: CloudMetrics, end: number): number | null =>
  metrics.statistic({ ...Metric, stat: Stat satisfies Statistic, from: end - 1000 * Period, to: end });

/** The one expression that there is: where neither has data, nor has it. */
const known = /^IF\(FILL\((\w+), 0\) < 1 AND FILL\((\w+), 0\) > 0, 1, 0\)$/;

function math(metrics: readonly z.infer<typeof mathSchema>[]): Pick<CloudAlarm, 'period' | 'valueAt'> {
  const returned = metrics.find(({ ReturnData }) => ReturnData)?.Expression ?? '';
  const [, absent = '', present = ''] = known.exec(returned) ?? [];
  const series = new Map(metrics.flatMap(({ Id, MetricStat }) => (MetricStat ? [[Id, MetricStat] as const] : [])));
  const [a, b] = [series.get(absent), series.get(present)];
  if (a === undefined || b === undefined) throw new Error(`not known here: ${returned}`);
  return {
    period: a.Period,
    valueAt(data, end) {
      const [first, second] = [measured(a, data, end), measured(b, data, end)];
      return first === null && second === null ? null : Number((first ?? 0) < 1 && (second ?? 0) > 0);
    },
  };
}

/** Whether an alarm is on at the end of a minute: all of its windows are breaching. */
export function isOn(alarm: CloudAlarm, metrics: CloudMetrics, end: number): boolean {
  const ends = Array.from({ length: alarm.EvaluationPeriods }, (_, i) => end - i * 1000 * alarm.period);
  return ends.every((at) => {
    const value = alarm.valueAt(metrics, at);
    if (value === null) return alarm.TreatMissingData === 'breaching';
    return alarm.ComparisonOperator === 'LessThanThreshold' ? value < alarm.Threshold : value >= alarm.Threshold;
  });
}
