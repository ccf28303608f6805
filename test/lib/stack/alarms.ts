import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { statementsOf } from '../../support/stack/stack-policies.ts';
import { synthesize } from '../../support/stack/synthesize.ts';
import { plain, full as template } from './templates.ts';

const metricSchema = z.looseObject({
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: z.array(z.object({ Name: z.string(), Value: z.string() })),
});
const alarmSchema = z.looseObject({
  AlarmDescription: z.string(),
  AlarmActions: z.array(z.string()),
  Threshold: z.number(),
});
const alarms = template.of('AWS::CloudWatch::Alarm').map(({ id, Properties }) => {
  const { Metrics = [Properties] } = z
    .looseObject({ Metrics: z.array(z.looseObject({})).optional() })
    .parse(Properties);
  const metrics = Metrics.flatMap((one) => metricSchema.safeParse(statOf(one)).data ?? []);
  return { id: id.replace(/^Channel(\w+?)[0-9A-F]{8}$/, '$1'), ...alarmSchema.parse(Properties), metrics };
});
const runbook = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
const headings = [...runbook.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading);

/** A metric by itself, or one of those that an expression is of. */
function statOf(one: Readonly<Record<string, unknown>>): unknown {
  const { MetricStat } = z.looseObject({ MetricStat: z.looseObject({ Metric: z.unknown() }).optional() }).parse(one);
  return MetricStat?.Metric ?? one;
}

/** What the alarms of one metric watch. */
const watched = (metric: string, namespace: string) =>
  alarms
    .flatMap(({ metrics }) => metrics)
    .filter(({ MetricName, Namespace }) => MetricName === metric && Namespace === namespace)
    .map(({ Dimensions: [first] }) => first?.Value)
    .sort();

const ids = (type: string, named: RegExp) =>
  template
    .of(type)
    .filter(({ id }) => named.test(id))
    .map(({ id, Type }) => (Type === 'AWS::SQS::Queue' ? `<${id}.QueueName>` : `<${id}>`))
    .sort();

const workQueues = ids('AWS::SQS::Queue', /^(?!.*DeadLetters)/);

test('every queue of dead letters is watched from its first message on', () => {
  const depth = alarms.filter(({ metrics }) => metrics[0]?.MetricName === 'ApproximateNumberOfMessagesVisible');
  expect(depth.map(({ Threshold }) => Threshold)).toEqual([1, 1, 1, 1, 1, 1]);
  expect(watched('ApproximateNumberOfMessagesVisible', 'AWS/SQS')).toEqual(
    [...ids('AWS::SQS::Queue', /DeadLetters/), ...workQueues].sort(),
  );
});

test('every other queue by what is done of it and what fails, every function by its errors and throttles', () => {
  expect(watched('NumberOfMessagesDeleted', 'AWS/SQS')).toEqual(workQueues);
  expect(watched('ApproximateAgeOfOldestMessage', 'AWS/SQS')).toEqual([]);
  const functions = ids('AWS::Lambda::Function', /./);
  expect(functions).toHaveLength(7);
  expect(watched('Errors', 'AWS/Lambda')).toEqual(functions);
  expect(watched('Throttles', 'AWS/Lambda')).toEqual(functions);
});

const ownMetrics = alarms.flatMap(({ metrics }) => metrics.filter(({ Namespace }) => Namespace === 'Gatehouse'));

test('what functions count they count by these names, for this channel alone', () => {
  for (const { MetricName, Dimensions } of ownMetrics) {
    const [channel, service] = Dimensions.map(({ Name, Value }) => `${Name} ${Value}`).sort();
    expect(channel).toBe('channel Gatehouse-Channel');
    const name = service?.replace('service ', '') ?? '';
    const files = [`lambdas/${name}.ts`, 'lambdas/soon-again.ts'];
    const source = files.map((file) => readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8')).join('');
    expect(source, `${name} ${MetricName}`).toContain(`count('${MetricName}'`);
    const fn = template.of('AWS::Lambda::Function').find(({ Properties }) => {
      return JSON.stringify(Properties['Environment']).includes(`"POWERTOOLS_SERVICE_NAME":"${name}"`);
    });
    expect(fn?.Properties['Environment']).toMatchObject({
      Variables: { POWERTOOLS_METRICS_NAMESPACE: 'Gatehouse', GATEHOUSE_CHANNEL_NAME: 'Gatehouse-Channel' },
    });
  }
  expect(ownMetrics).toHaveLength(19);
});

test('each stands in the table of the runbook', () => {
  const table = [...runbook.matchAll(/^\| (`\w+(?:Alarm|Failing|Stands|Errors|Throttles)`[^|]*)/gm)].join(' ');
  const named = [...table.matchAll(/`(\w+)`/g)].map(([, name]) => name);
  expect([...new Set(named)].sort()).toEqual(alarms.map(({ id }) => id).sort());
});

test('the dashboard shows all of them, under a name that CloudFormation makes', () => {
  const { Properties } = template.one('AWS::CloudWatch::Dashboard', 'ChannelDashboard');
  expect(Properties).not.toHaveProperty('DashboardName');
  for (const { id } of template.of('AWS::CloudWatch::Alarm')) expect(JSON.stringify(Properties)).toContain(id);
});

test('a stack of which nobody is told says so', () => {
  expect(plain.outputs['Alarms']).toMatch(/^NOBODY is told of alarms: deploy with -c email=/);
  expect(template.outputs['Alarms']).toBe('ops@example.org');
});

test.each(alarms.map(({ AlarmDescription }) => AlarmDescription))('%s', (description) => {
  const [, section] = /See docs\/operations\.md, "([^"]+)"\.$/.exec(description) ?? [];
  expect(headings).toContain(section);
});

test('each is mailed, by a topic that takes TLS only', () => {
  const topic = template.one('AWS::SNS::Topic', 'ChannelAlarms');
  for (const { AlarmActions } of alarms) expect(AlarmActions).toEqual([`<${topic.id}>`]);
  expect(template.of('AWS::SNS::Subscription')[0]?.Properties).toMatchObject({
    Protocol: 'email',
    Endpoint: 'ops@example.org',
    TopicArn: `<${topic.id}>`,
  });
  const policy = template.of('AWS::SNS::TopicPolicy').flatMap(({ Properties }) => statementsOf(Properties));
  expect(policy).toMatchObject([
    { Effect: 'Deny', Action: ['sns:Publish'], Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
    {
      Effect: 'Allow',
      Principal: { Service: ['cloudwatch.amazonaws.com'] },
      Action: ['sns:Publish'],
      Condition: { StringEquals: { 'aws:SourceAccount': '<AWS::AccountId>' } },
    },
  ]);
});

test.each(['Deploy', 'Update', 'Roll back', 'Redrive', 'Restore'])('the runbook says how to %s', (heading) => {
  expect(headings).toContain(heading);
});

test('without alarms there is no dashboard either, and the output says so', () => {
  const off = synthesize({ alarms: false });
  for (const type of ['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::Dashboard']) expect(off.of(type)).toEqual([]);
  expect(off.outputs['Alarms']).toBe('NOBODY is told of failures: there are no alarms');
  expect(() => synthesize({ alarms: false, email: 'ops@example.org' })).toThrow(
    'email: needs the alarms, which are off',
  );
});
