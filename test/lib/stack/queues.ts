import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { statementsOf } from '../../support/stack/stack-policies.ts';
import { synthesize } from '../../support/stack/synthesize.ts';
import { plain as template } from './templates.ts';

const deadLetters = template.of('AWS::SQS::Queue').filter(({ id }) => id.includes('DeadLetters'));
const workQueues = template.of('AWS::SQS::Queue').filter(({ id }) => !id.includes('DeadLetters'));
const workers = { Plan: 'Scraper', Job: 'Downloader', Index: 'Indexer', Proof: 'Prover', Sweep: 'Sweeper' } as const;
const names = ['Plan', 'Job', 'Index', 'Proof', 'Sweep'] as const;

test.each([
  [10, [2, 2, 2, 2, 2]],
  [13, [3, 4, 2, 2, 2]],
  [16, [5, 5, 2, 2, 2]],
])('where the account has %i invocations, all queues together have no more', (concurrency, shares) => {
  const sources = synthesize({ concurrency, cdn: false }).of('AWS::Lambda::EventSourceMapping');
  const maximums = sources.map(({ Properties }) => Properties['ScalingConfig']);
  expect(maximums).toEqual(shares.map((MaximumConcurrency) => ({ MaximumConcurrency })));
  expect(shares.reduce((sum, share) => sum + share, 0)).toBe(concurrency);
});

describe('the queues', () => {
  test('all encrypt, take TLS only and keep messages for 14 days', () => {
    expect(workQueues).toHaveLength(5);
    for (const { id, Properties } of template.of('AWS::SQS::Queue')) {
      expect(Properties).toMatchObject({ SqsManagedSseEnabled: true, MessageRetentionPeriod: 1_209_600 });
      const policy = template
        .of('AWS::SQS::QueuePolicy')
        .filter((one) => JSON.stringify(one.Properties['Queues']) === `["<${id}>"]`);
      const [deny] = policy.flatMap((one) => statementsOf(one.Properties)).filter(({ Effect }) => Effect === 'Deny');
      expect(deny).toMatchObject({ Action: ['sqs:*'], Condition: { Bool: { 'aws:SecureTransport': 'false' } } });
    }
  });

  test('each has dead letters of its own', () => {
    const targets = workQueues.map(({ Properties }) => Properties['RedrivePolicy']);
    expect(targets).toEqual(
      names.map((name) => ({
        deadLetterTargetArn: `<${template.one('AWS::SQS::Queue', `Channel${name}DeadLetters`).id}>`,
        maxReceiveCount: ['Index', 'Job', 'Sweep'].includes(name) ? 10 : 5,
      })),
    );
    expect(deadLetters).toHaveLength(6);
  });

  test.each(names)('%s hides a message for six timeouts of its worker and a window', (name) => {
    const queue = template.one('AWS::SQS::Queue', `Channel${name}Queue`);
    const [source] = template
      .of('AWS::Lambda::EventSourceMapping')
      .filter(({ Properties }) => Properties['EventSourceArn'] === `<${queue.id}>`);
    const [worker] = template
      .of('AWS::Lambda::Function')
      .filter(({ id }) => source?.Properties['FunctionName'] === `<${id}>`);
    expect(worker?.id).toMatch(`Channel${workers[name]}`);
    const seconds = z.object({ Timeout: z.number() }).loose().parse(worker?.Properties).Timeout;
    const window = z.object({ MaximumBatchingWindowInSeconds: z.number() }).loose().parse(source?.Properties);
    expect(queue.Properties['VisibilityTimeout']).toBe(6 * seconds + window.MaximumBatchingWindowInSeconds);
  });

  test('are worked off in batches of which only what failed comes back', () => {
    const settings = template.of('AWS::Lambda::EventSourceMapping').map(({ Properties }) => Properties);
    expect(settings).toMatchObject([
      { BatchSize: 1, MaximumBatchingWindowInSeconds: 0, ScalingConfig: { MaximumConcurrency: 5 } },
      { BatchSize: 1, MaximumBatchingWindowInSeconds: 0, ScalingConfig: { MaximumConcurrency: 5 } },
      { BatchSize: 1000, MaximumBatchingWindowInSeconds: 30, ScalingConfig: { MaximumConcurrency: 2 } },
      { BatchSize: 1000, MaximumBatchingWindowInSeconds: 30, ScalingConfig: { MaximumConcurrency: 2 } },
      { BatchSize: 1, MaximumBatchingWindowInSeconds: 0, ScalingConfig: { MaximumConcurrency: 2 } },
    ]);
    for (const { FunctionResponseTypes } of settings)
      expect(FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
  });
});
