import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  allowlistKey,
  controlKey,
  patchKey,
  planKey,
  projectControlKey,
  projectStateKey,
  proofKey,
  runKey,
  segmentKey,
  stateKey,
} from '../../../core/layout/keys.ts';
import { stagedPath } from '../../../core/layout/sides.ts';
import { sha256Schema } from '../../../core/names/digest.ts';
import { projectNameSchema } from '../../../core/names/project-name.ts';
import { subdirSchema } from '../../../core/names/subdir.ts';
import { outputs } from '../../../core/outputs/outputs.ts';
import { allows, roleStatements, statementsOf } from '../../support/stack/stack-policies.ts';
import { pages, sdists, wheels } from './key-kinds.ts';
import { plain as template } from './templates.ts';

const bucket = template.one('AWS::S3::Bucket', 'ChannelBucket');
const workers = { Plan: 'Scraper', Job: 'Downloader', Index: 'Indexer', Proof: 'Prover' } as const;
const names = ['Plan', 'Job', 'Index', 'Proof'] as const;

const ruleSchema = z.object({
  Event: z.string(),
  Queue: z.string(),
  Filter: z.object({
    S3Key: z.object({
      Rules: z.tuple([
        z.object({ Name: z.literal('prefix'), Value: z.string() }),
        z.object({ Name: z.literal('suffix'), Value: z.string() }),
      ]),
    }),
  }),
});
type Told = { readonly event: string; readonly queue: string; readonly prefix: string; readonly suffix: string };

/** S3 refuses two rules of one event when neither their prefixes nor their suffixes tell them apart. */
const overlap = (one: Told, other: Told): boolean =>
  one.event === other.event &&
  (one.prefix.startsWith(other.prefix) || other.prefix.startsWith(one.prefix)) &&
  (one.suffix.endsWith(other.suffix) || other.suffix.endsWith(one.suffix));

const overlapping = (rules: readonly Told[]): Told[][] =>
  rules.flatMap((one, at) => rules.slice(at + 1).flatMap((other) => (overlap(one, other) ? [[one, other]] : [])));

describe('what the bucket tells', () => {
  const configured = z
    .object({ QueueConfigurations: z.array(ruleSchema) })
    .strict()
    .parse(bucket.Properties['NotificationConfiguration']);
  const rules: Told[] = configured.QueueConfigurations.map(({ Event, Queue, Filter }) => ({
    event: Event,
    queue: Queue.replace(/^<Channel(\w+)Queue.*/, '$1'),
    prefix: Filter.S3Key.Rules[0].Value,
    suffix: Filter.S3Key.Rules[1].Value,
  }));
  const notified = (key: string, event = 's3:ObjectCreated:*') =>
    rules
      .filter((rule) => rule.event === event && key.startsWith(rule.prefix) && key.endsWith(rule.suffix))
      .map(({ queue }) => queue);

  const subdir = subdirSchema.parse('noarch');
  const project = projectNameSchema.parse('demo');
  const sha256 = sha256Schema.parse('a'.repeat(64));

  test.each([
    ['conda/noarch/a-1-0.conda', ['Index']],
    ['conda/noarch/a-1-0.tar.bz2', ['Index']],
    ['conda/noarch/repodata.json.bz2', []],
    ['conda/noarch/repodata.json', ['Proof']],
    ['conda/noarch/repodata.json.zst', []],
    ['conda/noarch/current_repodata.json', []],
    ['staging/conda/noarch/a-1-0.conda', ['Index']],
    ['staging/conda/noarch/a-1-0.tar.bz2', ['Index']],
    ['staging/conda/noarch/repodata.json', []],
    ['staging/noarch/a-1-0.conda', []],
    ['staging/simple/demo/demo-1.0-py3-none-any.whl', ['Index']],
    ['staging/simple/demo/demo-1.0-py3-none-any.whl.metadata', ['Index']],
    ['staging/simple/demo/demo-1.0.tar.gz', ['Index']],
    ['staging/simple/demo/index.json', []],
    ['simple/demo/demo-1.0.tar.gz', ['Index']],
    ['simple/demo/demo-1.0.zip', ['Index']],
    ['simple/demo/demo-1.0.tar.bz2', ['Index']],
    ['_gatehouse/names/simple/demo/demo-1.0.tar.gz.json', []],
    ['_gatehouse/tokens.json', []],
    ['_gatehouse/incoming/a-1-0.conda', []],
    ['simple/demo/demo-1.0-py3-none-any.whl', ['Index']],
    ['simple/demo/demo-1.0-py3-none-any.whl.metadata', ['Index']],
    ['simple/demo/index.json', ['Proof']],
    ['simple/demo/index.html', []],
    ['conda/noarch/demo-1.0-py3-none-any.whl', []],
    [controlKey('conda', subdir), ['Index']],
    [projectControlKey(project), ['Index']],
    [stagedPath(controlKey('conda', subdir)), ['Index']],
    [stagedPath(projectControlKey(project)), ['Index']],
    [projectStateKey(project), []],
    [stagedPath(projectStateKey(project)), []],
    [stagedPath(stateKey('conda', subdir)), []],
    [allowlistKey, ['Plan']],
    [patchKey(subdir), ['Plan']],
    [planKey(sha256), []],
    [runKey(sha256), []],
    [proofKey('conda'), []],
    [stateKey('conda', subdir), []],
    [segmentKey('conda', subdir, sha256), []],
  ])('%s -> %j', (key, queues) => {
    expect(notified(key)).toEqual(queues);
  });

  test('of removals, packages, wheels and source distributions only', () => {
    expect(notified('conda/noarch/a-1-0.conda', 's3:ObjectRemoved:*')).toEqual(['Index']);
    expect(notified('conda/noarch/a-1-0.tar.bz2', 's3:ObjectRemoved:*')).toEqual(['Index']);
    for (const key of [...wheels, ...sdists].flatMap((one) => [one, stagedPath(one)]))
      expect(notified(key, 's3:ObjectRemoved:*')).toEqual(['Index']);
    expect(notified('staging/conda/noarch/a-1-0.conda', 's3:ObjectRemoved:*')).toEqual(['Index']);
    expect(notified('conda/noarch/repodata.json', 's3:ObjectRemoved:*')).toEqual([]);
    expect(notified('simple/demo/index.json', 's3:ObjectRemoved:*')).toEqual([]);
    expect(notified(allowlistKey, 's3:ObjectRemoved:*')).toEqual([]);
  });

  test('S3 takes the rules: none overlaps another, and each has a prefix and a suffix', () => {
    expect(overlapping(rules)).toEqual([]);
    expect(rules.every(({ prefix, suffix }) => prefix !== '' && suffix !== '')).toBe(true);
    // https://docs.aws.amazon.com/general/latest/gr/s3.html
    expect(rules.length).toBeLessThanOrEqual(100);
  });

  test.each([
    { prefix: 'conda/noarch/', suffix: '.conda' },
    { prefix: '', suffix: '.bz2' },
    { prefix: '_gatehouse/', suffix: '' },
  ])('and an overlapping one would be seen: %j', (filter) => {
    expect(overlapping([...rules, { ...filter, event: 's3:ObjectCreated:*', queue: 'Index' }])).not.toEqual([]);
  });

  test('nobody is told of what it writes itself but once, so that nothing runs in circles', () => {
    const written = [
      ...outputs.map(({ file }) => `conda/noarch/${file.replace('<sha256>', sha256)}`),
      controlKey('conda', subdir),
      projectControlKey(project),
      ...wheels,
      ...sdists,
      ...pages,
    ].flatMap((key) => [key, stagedPath(key)]);
    for (const name of names) {
      const role = roleStatements(template, `Channel${workers[name]}Role`);
      const own = written.filter((key) => allows(role, 's3:PutObject', `<${bucket.id}>/${key}`));
      // The bucket's policy has metadata written once.
      const once = name === 'Index' ? wheels.filter((key) => key.endsWith('.metadata')) : [];
      expect(own.filter((key) => notified(key).includes(name))).toEqual(once.flatMap((key) => [key, stagedPath(key)]));
    }
  });

  test('nothing but the bucket is told by nobody else’s function', () => {
    expect(template.resources.map(({ Type }) => Type)).not.toContain('Custom::S3BucketNotifications');
  });

  test.each(['Plan', 'Index', 'Proof'] as const)('S3 may send to %s before it is told to', (name) => {
    const policy = template.one('AWS::SQS::QueuePolicy', `Channel${name}QueuePolicy`);
    const queue = template.one('AWS::SQS::Queue', `Channel${name}Queue`);
    expect(statementsOf(policy.Properties).filter(({ Effect }) => Effect === 'Allow')).toEqual([
      {
        Sid: 'FromTheBucket',
        Effect: 'Allow',
        Principal: { Service: ['s3.amazonaws.com'] },
        Action: ['sqs:SendMessage'],
        Resource: [`<${queue.id}>`],
        Condition: { StringEquals: { 'aws:SourceAccount': '<AWS::AccountId>' } },
      },
    ]);
    expect(bucket['DependsOn']).toContain(policy.id);
  });
});
