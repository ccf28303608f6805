import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { statementsOf } from '../../support/stack/stack-policies.ts';
import { full as template } from './templates.ts';

const alarmSchema = z.looseObject({
  AlarmDescription: z.string(),
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: z.tuple([z.object({ Name: z.string(), Value: z.string() })]),
  Threshold: z.number(),
  AlarmActions: z.array(z.string()),
});
const alarms = template.of('AWS::CloudWatch::Alarm').map(({ Properties }) => alarmSchema.parse(Properties));
const runbook = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
const headings = [...runbook.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading);

/** What an alarm of one metric watches. */
const watched = (metric: string, namespace: string) =>
  alarms
    .filter(({ MetricName, Namespace }) => MetricName === metric && Namespace === namespace)
    .map(({ Dimensions: [{ Value }] }) => Value)
    .sort();

const ids = (type: string, named: RegExp) =>
  template
    .of(type)
    .filter(({ id }) => named.test(id))
    .map(({ id, Type }) => (Type === 'AWS::SQS::Queue' ? `<${id}.QueueName>` : `<${id}>`))
    .sort();

test('every dead-letter queue is watched from its first message on', () => {
  const depth = alarms.filter(({ MetricName }) => MetricName === 'ApproximateNumberOfMessagesVisible');
  expect(depth.map(({ Threshold }) => Threshold)).toEqual([1, 1, 1, 1, 1, 1]);
  expect(watched('ApproximateNumberOfMessagesVisible', 'AWS/SQS')).toEqual(ids('AWS::SQS::Queue', /DeadLetters/));
});

test('every other queue by its age, every function by its errors and throttles', () => {
  expect(watched('ApproximateAgeOfOldestMessage', 'AWS/SQS')).toEqual(ids('AWS::SQS::Queue', /^(?!.*DeadLetters)/));
  const functions = ids('AWS::Lambda::Function', /./);
  expect(functions).toHaveLength(7);
  expect(watched('Errors', 'AWS/Lambda')).toEqual(functions);
  expect(watched('Throttles', 'AWS/Lambda')).toEqual(functions);
});

test('an entry that is lost, as the prover counts it', () => {
  expect(watched('EntriesLost', 'Gatehouse')).toEqual(['prover']);
  const prover = template.of('AWS::Lambda::Function').find(({ id }) => id.startsWith('ChannelProver'));
  expect(prover?.Properties['Environment']).toMatchObject({
    Variables: { POWERTOOLS_SERVICE_NAME: 'prover', POWERTOOLS_METRICS_NAMESPACE: 'Gatehouse' },
  });
});

test.each(['FilesRecalled', 'SweepsLate', 'AdvisoriesMissing'])('%s, as the sweeper counts it', (metric) => {
  expect(watched(metric, 'Gatehouse')).toEqual(['sweeper']);
  expect(readFileSync(new URL('../../../lambdas/sweeper.ts', import.meta.url), 'utf8')).toContain(`count('${metric}'`);
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
