import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { full, plain as template } from './templates.ts';

const bucket = template.one('AWS::S3::Bucket', 'ChannelBucket');
const [distribution] = template.of('AWS::CloudFront::Distribution');

const schedules = { sync: 'rate(7 days)', reconcile: 'rate(1 day)', prune: 'rate(7 days)', sweep: 'rate(1 day)' };

/** What is said to whoever works off a queue. */
function givingUp(queues: Readonly<Record<string, string>>): Record<string, string> {
  const own = queues['GATEHOUSE_OWN_QUEUE_URL'];
  if (own === undefined) return {};
  const letters = template.one('AWS::SQS::Queue', `Channel${own}DeadLetters`).id;
  const maxReceives = own === 'Plan' || own === 'Proof' ? '5' : '10';
  return { GATEHOUSE_DEAD_LETTERS_URL: `<${letters}>`, GATEHOUSE_MAX_RECEIVES: maxReceives };
}

describe('the functions', () => {
  const functions = template.of('AWS::Lambda::Function');

  test('are these seven, on Node 24 and arm64, traced, with a log that ends and dead letters', () => {
    expect(functions.map(({ id }) => id.replace(/^Channel(\w+?)[0-9A-F]{8}$/, '$1')).sort()).toEqual([
      'DeployFiles',
      'Downloader',
      'Indexer',
      'Prover',
      'Pruner',
      'Scraper',
      'Sweeper',
    ]);
    for (const { Properties } of functions) {
      expect(Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Architectures: ['arm64'],
        TracingConfig: { Mode: 'Active' },
        DeadLetterConfig: { TargetArn: `<${template.one('AWS::SQS::Queue', 'ChannelEventDeadLetters').id}>` },
      });
      expect(Properties).not.toHaveProperty('ReservedConcurrentExecutions');
    }
    const logs = template
      .of('AWS::Logs::LogGroup')
      .map(({ id, Properties }) => [`<${id}>`, Properties['RetentionInDays']]);
    expect(new Map(logs as [string, number][])).toEqual(
      new Map(
        functions.map(({ Properties }) => [
          z.object({ LogGroup: z.string() }).parse(Properties['LoggingConfig']).LogGroup,
          90,
        ]),
      ),
    );
  });

  test.each([
    [
      'Scraper',
      {
        GATEHOUSE_OWN_QUEUE_URL: 'Plan',
        GATEHOUSE_PLAN_QUEUE_URL: 'Plan',
        GATEHOUSE_JOB_QUEUE_URL: 'Job',
        GATEHOUSE_INDEX_QUEUE_URL: 'Index',
      },
    ],
    ['Downloader', { GATEHOUSE_OWN_QUEUE_URL: 'Job' }],
    ['Indexer', { GATEHOUSE_OWN_QUEUE_URL: 'Index', GATEHOUSE_INDEX_QUEUE_URL: 'Index' }],
    ['Prover', { GATEHOUSE_OWN_QUEUE_URL: 'Proof', GATEHOUSE_PROOF_QUEUE_URL: 'Proof' }],
    ['Pruner', { GATEHOUSE_INDEX_QUEUE_URL: 'Index' }],
    [
      'Sweeper',
      { GATEHOUSE_OWN_QUEUE_URL: 'Sweep', GATEHOUSE_SWEEP_QUEUE_URL: 'Sweep', GATEHOUSE_INDEX_QUEUE_URL: 'Index' },
    ],
    ['DeployFiles', {}],
  ])('%s is told where things are', (name, queues) => {
    const [fn] = functions.filter(({ id }) => id.startsWith(`Channel${name}`));
    const urls = Object.entries(queues).map(([variable, queue]) => [
      variable,
      `<${template.one('AWS::SQS::Queue', `Channel${queue}Queue`).id}>`,
    ]);
    expect(fn?.Properties['Environment']).toEqual({
      Variables: {
        GATEHOUSE_BUCKET: `<${bucket.id}>`,
        ...Object.fromEntries(urls),
        ...givingUp(queues),
        GATEHOUSE_CHANNEL_NAME: 'Gatehouse-Channel',
        ...(name === 'Scraper' && { GATEHOUSE_SCHEDULES: JSON.stringify(schedules) }),
        ...(name === 'Scraper' || name === 'Pruner' ? { GATEHOUSE_RETAIN_DAYS: '90' } : {}),
        ...(name === 'Sweeper'
          ? { GATEHOUSE_DISTRIBUTION_ID: `<${distribution?.id}>`, GATEHOUSE_SERVED_NAME: 'gatehouse' }
          : {}),
        POWERTOOLS_SERVICE_NAME: name === 'DeployFiles' ? 'deploy-files' : name.toLowerCase(),
        POWERTOOLS_METRICS_NAMESPACE: 'Gatehouse',
      },
    });
  });

  test('the scraper, the prover and the sweeper alone may come back to themselves more than 16 times', () => {
    const looping = functions.filter(({ Properties }) => Properties['RecursiveLoop'] === 'Allow');
    expect(looping.map(({ id }) => id)).toEqual([
      expect.stringMatching(/^ChannelScraper/),
      expect.stringMatching(/^ChannelProver/),
      expect.stringMatching(/^ChannelSweeper/),
    ]);
  });

  test('the indexer and the sweeper are told of the distribution, the sweeper whatever the setting says', () => {
    const withDistribution = (of: typeof full) =>
      of
        .of('AWS::Lambda::Function')
        .filter(({ Properties }) => JSON.stringify(Properties['Environment']).includes('GATEHOUSE_DISTRIBUTION_ID'));
    const [distribution] = full.of('AWS::CloudFront::Distribution');
    const told = (of: typeof full) => withDistribution(of).map(({ id }) => id.replace(/[0-9A-F]{8}$/, ''));
    expect([told(full), told(template)]).toEqual([['ChannelIndexer', 'ChannelSweeper'], ['ChannelSweeper']]);
    for (const { Properties } of withDistribution(full))
      expect(Properties['Environment']).toMatchObject({
        Variables: { GATEHOUSE_DISTRIBUTION_ID: `<${distribution?.id}>` },
      });
  });

  test('the clock starts five, and what it cannot start is kept', () => {
    const rules = template.of('AWS::Events::Rule').map(({ Properties }) => Properties);
    const arn = (type: string, name: string) => `<${template.of(type).find(({ id }) => id.startsWith(name))?.id}>`;
    const kept = { DeadLetterConfig: { Arn: arn('AWS::SQS::Queue', 'ChannelEventDeadLetters') } };
    expect(rules).toMatchObject([
      {
        ScheduleExpression: 'rate(7 days)',
        Targets: [{ Arn: arn('AWS::Lambda::Function', 'ChannelScraper'), ...kept }],
      },
      {
        ScheduleExpression: 'rate(1 day)',
        Targets: [{ Arn: arn('AWS::Lambda::Function', 'ChannelIndexer'), Input: '{"type":"reconcile"}', ...kept }],
      },
      {
        ScheduleExpression: 'rate(7 days)',
        Targets: [{ Arn: arn('AWS::Lambda::Function', 'ChannelPruner'), ...kept }],
      },
      {
        ScheduleExpression: 'rate(1 day)',
        Targets: [{ Arn: arn('AWS::Lambda::Function', 'ChannelSweeper'), Input: '{"type":"sweep"}', ...kept }],
      },
      {
        ScheduleExpression: 'rate(10 minutes)',
        Targets: [{ Arn: arn('AWS::Lambda::Function', 'ChannelScraper'), Input: '{"type":"watch"}', ...kept }],
      },
    ]);
  });
});
