import { nextTime } from '../../../core/documents/next-time.ts';
import type { DeployedStack } from '../stack/deploy-stack.ts';
import { isOn } from './cloud-alarms.ts';
import { cloudMetrics, type Datum, embeddedIn } from './cloud-metrics.ts';

const minuteMs = 60_000;

export interface WatchedStack {
  /**
   * Lets so many minutes pass: what is due is done, rules fire, and each minute the alarms are evaluated.
   *
   * @returns the alarms that went off, and after how many minutes
   */
  pass(minutes: number): Promise<Map<string, number>>;
}

/** @param without the starts of the ids of rules that never fire */
export function watchStack(stack: DeployedStack, without: readonly string[] = []): WatchedStack {
  const { cloud, wiring, alarms } = stack;
  const metrics = cloudMetrics();
  const rules = new Map<string, number>();
  for (const { id, ScheduleExpression: expression } of wiring.rules) {
    if (without.every((start) => !id.startsWith(start)))
      rules.set(id, nextTime(expression, cloud.time.now()) ?? Infinity);
  }
  const [lines, ended] = [newOnes(stack.logs), newOnes(stack.invocations)];
  const deleted = new Map<string, number>();
  /** What SQS says of a queue each minute. */
  const queueData = (at: number): Datum[] =>
    [...cloud.sqs.queues.values()].flatMap((queue) => {
      const since = queue.deleted - (deleted.get(queue.name) ?? 0);
      deleted.set(queue.name, queue.deleted);
      const visible = [...queue.messages].filter(({ visibleAt }) => visibleAt <= at).length;
      const metric = { Namespace: 'AWS/SQS', Dimensions: `QueueName=${queue.name}`, at };
      return [
        { ...metric, MetricName: 'ApproximateNumberOfMessagesVisible', value: visible },
        { ...metric, MetricName: 'NumberOfMessagesDeleted', value: since },
      ];
    });
  const functionData = (): Datum[] =>
    ended().map(({ function: name, at, isFailed }) => {
      const metric = { Namespace: 'AWS/Lambda', MetricName: 'Errors', Dimensions: `FunctionName=${name}` };
      return { ...metric, at, value: Number(isFailed) };
    });
  const fireDue = async () => {
    for (const [id, at] of rules) {
      if (at > cloud.time.now()) continue;
      const expression = wiring.rules.find((rule) => rule.id === id)?.ScheduleExpression ?? '';
      rules.set(id, nextTime(expression, at) ?? Infinity);
      await stack.fire(id);
    }
  };
  const on = new Set<string>();
  /** The alarms that go off now. */
  const evaluated = (now: number): string[] => {
    const breaching = alarms.filter((alarm) => isOn(alarm, metrics, now)).map(({ id }) => id);
    const off = breaching.filter((id) => !on.has(id));
    on.clear();
    for (const id of breaching) on.add(id);
    return off;
  };
  const passMinute = async (end: number) => {
    await fireDue();
    await stack.rest(Math.max(0, end - cloud.time.now()));
    cloud.time.pass(Math.max(0, end - cloud.time.now()));
    // Work may have taken longer than the minute.
    const now = cloud.time.now();
    metrics.add([...lines().flatMap(embeddedIn), ...functionData(), ...queueData(now - 1)]);
    return evaluated(now);
  };
  return {
    async pass(minutes) {
      const off = new Map<string, number>();
      const begun = cloud.time.now();
      for (let minute = 1; minute <= minutes; minute++) {
        for (const id of await passMinute(begun + minute * minuteMs)) off.set(id, off.get(id) ?? minute);
      }
      return off;
    },
  };
}

/** What has come to a list since it was asked last. */
function newOnes<T>(list: readonly T[]): () => readonly T[] {
  let seen = 0;
  return () => {
    const more = list.slice(seen);
    seen = list.length;
    return more;
  };
}
