import { describe, expect, test } from 'vitest';
import { outputs } from '../../../core/outputs/outputs.ts';
import { allows, roleStatements, type Statement } from '../../support/stack/stack-policies.ts';
import { functions, kinds, packages } from './key-kinds.ts';
import { full as template } from './templates.ts';

const bucket = `<${template.one('AWS::S3::Bucket', 'ChannelBucket').id}>`;

type Named = (typeof functions)[number];
const role = (name: Named): Statement[] => roleStatements(template, `Channel${name}Role`);

const who = (action: string, key: string) => functions.filter((name) => allows(role(name), action, `${bucket}/${key}`));

describe.each(kinds)('$kind', ({ keys, writers, deleters }) => {
  test.each(keys)('%s', (key) => {
    expect({ writers: who('s3:PutObject', key), deleters: who('s3:DeleteObject', key) }).toEqual({ writers, deleters });
  });
});

test('a package named like an index file is a package', () => {
  for (const { file } of outputs) {
    for (const key of [`conda/linux-64/${file}-1-0.conda`, `conda/linux-64/${file.replace(/\..*/, '')}-1-0.tar.bz2`]) {
      expect(who('s3:PutObject', key)).toEqual(['Downloader', 'Sweeper']);
    }
  }
});

describe('reading', () => {
  test('the pruner reads what it judges by: not runs, hotfixes or proofs', () => {
    const unread = kinds.filter(({ keys }) => keys.some((key) => !who('s3:GetObject', key).includes('Pruner')));
    expect(unread.map(({ kind }) => kind)).toEqual([
      'verdicts',
      'ledger',
      'opened',
      'recalled bytes',
      'recalls',
      'scripts',
      'advisories',
      'first seen',
      'clock of syncs',
      'clock of reconciliations',
      'clock of prunes',
      'clock of sweeps',
      'failed fetches',
      'runs',
      'incoming',
      'proof',
      'used names',
      'tokens',
      'names',
      'what the stack is',
      'the last sync by command',
      'patches',
      'nothing of ours',
      'verdicts, staged',
      'ledger, staged',
      'opened, staged',
    ]);
  });

  test('the indexer reads all that an index is a function of', () => {
    const read = kinds.filter(({ keys }) => keys.every((key) => who('s3:GetObject', key).includes('Indexer')));
    const indexed = ['packages', 'wheels for pip', 'metadata of wheels', 'source distributions', 'pages for pip'];
    const kept = ['index files', 'index files by option', 'provenance', 'control', 'state', 'segments'];
    const both = [...indexed, ...kept].flatMap((kind) => [kind, `${kind}, staged`]);
    const judged = ['verdicts', 'ledger', 'opened', 'notices'].flatMap((kind) => [kind, `${kind}, staged`]);
    const known = ['scripts', 'advisories', 'recalled bytes', 'recalls', 'names', 'used names', 'allowlist'];
    expect(read.map(({ kind }) => kind).sort()).toEqual([...both, ...judged, ...known, 'held bytes, staged'].sort());
  });

  test('the prover reads no package, the deployer nothing of the bucket', () => {
    for (const key of packages)
      expect(who('s3:GetObject', key)).toEqual(['Scraper', 'Downloader', 'Indexer', 'Pruner', 'Sweeper']);
    for (const { keys } of kinds) for (const key of keys) expect(who('s3:GetObject', key)).not.toContain('DeployFiles');
  });

  test('the deployer reads its own assets by name', () => {
    const read = role('DeployFiles').filter(({ Action }) => Action.includes('s3:GetObject'));
    const { 0: files } = template.of('Custom::GatehouseFiles');
    expect(read.map(({ Resource }) => Resource)).toEqual([[expect.stringMatching(/\/[0-9a-f]{64}\.json$/)]]);
    expect(JSON.stringify(files?.Properties['files'])).toContain(read[0]?.Resource[0]?.split('/').at(-1));
  });

  test.each(functions.filter((name) => name !== 'DeployFiles'))(
    '%s is told 404, not 403, of what is not there',
    (name) => {
      const list = role(name).filter(({ Action }) => Action.includes('s3:ListBucket'));
      expect(list).toHaveLength(1);
      expect(list[0]?.Resource).toEqual([bucket]);
      // Without a prefix, as for a read, the condition holds: `IfExists`.
      expect(Object.keys(list[0]?.Condition ?? {})).toEqual(['StringLikeIfExists']);
      expect(list[0]?.Condition?.['StringLikeIfExists']).toHaveProperty('s3:prefix');
    },
  );
});

test('each sends where its work goes on', () => {
  const queues = template.of('AWS::SQS::Queue').filter(({ id }) => !id.includes('DeadLetters'));
  const sends = functions.map((name) => {
    const to = queues.filter(({ id }) => allows(role(name), 'sqs:SendMessage', `<${id}>`));
    return [name, to.map(({ id }) => id.replace(/^Channel(\w+)Queue.*/, '$1')).sort()];
  });
  expect(Object.fromEntries(sends)).toEqual({
    Scraper: ['Index', 'Job', 'Plan'],
    Downloader: [],
    Indexer: ['Index'],
    Prover: ['Proof'],
    Pruner: ['Index'],
    Sweeper: ['Index', 'Sweep'],
    DeployFiles: [],
  });
});

test('each gives up what it works off, and nothing else', () => {
  const letters = template.of('AWS::SQS::Queue').filter(({ id }) => id.includes('DeadLetters'));
  const gives = functions.map((name) => {
    const to = letters.filter(({ id }) => allows(role(name), 'sqs:SendMessage', `<${id}>`));
    return [name, to.map(({ id }) => id.replace(/^Channel(\w+)DeadLetters.*/, '$1')).sort()];
  });
  expect(Object.fromEntries(gives)).toEqual({
    Scraper: ['Event', 'Plan'],
    Downloader: ['Event', 'Job'],
    Indexer: ['Event', 'Index'],
    Prover: ['Event', 'Proof'],
    Pruner: ['Event'],
    Sweeper: ['Event', 'Sweep'],
    DeployFiles: ['Event'],
  });
});

test('only the indexer and the sweeper invalidate, that distribution alone', () => {
  const [distribution] = template.of('AWS::CloudFront::Distribution');
  const arn = `arn:<AWS::Partition>:cloudfront::<AWS::AccountId>:distribution/<${distribution?.id}>`;
  const may = functions.filter((name) => allows(role(name), 'cloudfront:CreateInvalidation', arn));
  expect(may).toEqual(['Indexer', 'Sweeper']);
  for (const name of may) expect(JSON.stringify(role(name))).toContain(arn);
});

test('Lambda alone takes these roles, and none has a managed policy', () => {
  for (const { Properties } of template.of('AWS::IAM::Role')) {
    expect(Properties).toEqual({
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } }],
      },
    });
  }
});
