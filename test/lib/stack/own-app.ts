import { readFileSync } from 'node:fs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { describe, expect, test } from 'vitest';
import { CondaChannel } from '../../../lib/conda-channel.ts';
import { allows, looseStatements, roleStatements, statementsOf } from '../../support/stack/stack-policies.ts';
import { synthesizeOwn } from '../../support/stack/synthesize.ts';
import { functions, kinds } from './key-kinds.ts';
import { own } from './templates.ts';

const { built: channel, template, warnings } = own;
const bucket = `<${template.one('AWS::S3::Bucket', 'ChannelBucket').id}>`;
const key = `<${template.one('AWS::KMS::Key', 'Key').id}>`;
const logs = template.one('AWS::S3::Bucket', 'AccessLogs');

test('the channel of docs/operations.md is the one that is tried here', () => {
  const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
  const lines = (text: string) => text.split('\n').map((line) => line.trim());
  const blocks = [...read('docs/operations.md').matchAll(/```ts\n(.*?)```/gs)].map(([, block = '']) => lines(block));
  const [, tried = ''] =
    /: CondaChannel \{\n(.*)\n {2}return channel;\n\}\n$/s.exec(read('test/support/stack/own-channel.ts')) ?? [];
  expect(tried.length).toBeGreaterThan(500);
  const expected = lines(tried).filter((line) => line !== '...more,');
  expect(blocks.map((block) => block.join('\n')).join('\n')).toContain(expected.join('\n'));
});

describe('a key of one’s own', () => {
  test('encrypts bucket, queues, logs and topic', () => {
    expect(template.one('AWS::S3::Bucket', 'ChannelBucket').Properties['BucketEncryption']).toEqual({
      ServerSideEncryptionConfiguration: [
        { BucketKeyEnabled: true, ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: key } },
      ],
    });
    const keys = ['AWS::SQS::Queue', 'AWS::Logs::LogGroup', 'AWS::SNS::Topic'].map((type) =>
      template.of(type).map(({ Properties }) => Properties['KmsMasterKeyId'] ?? Properties['KmsKeyId']),
    );
    expect(keys).toEqual([11, 7, 1].map((count) => Array(count).fill(key)));
  });

  test('is used by each function, and only read with by who reads', () => {
    for (const name of functions) {
      const may = (action: string) => allows(roleStatements(template, `Channel${name}Role`), action, key);
      expect([name, may('kms:Decrypt'), may('kms:GenerateDataKey')]).toEqual([name, true, true]);
    }
    const auditor = roleStatements(template, 'Auditor');
    expect(allows(auditor, 'kms:Decrypt', key)).toBe(true);
    expect(allows(auditor, 'kms:GenerateDataKey', key)).toBe(false);
  });

  test('lets those services use it that work for the channel', () => {
    const [, ...added] = template
      .of('AWS::KMS::Key')
      .flatMap(({ Properties }) => statementsOf({ PolicyDocument: Properties['KeyPolicy'] }));
    expect(added.map(({ Principal, Condition }) => [Object.values(Principal ?? {}).flat(), Condition])).toEqual([
      [['cloudwatch.amazonaws.com', 'events.amazonaws.com', 's3.amazonaws.com'], undefined],
      [
        ['cloudfront.amazonaws.com'],
        { StringLike: { 'AWS:SourceArn': 'arn:aws:cloudfront::123456789012:distribution/*' } },
      ],
      [
        ['logs.<AWS::Region>.<AWS::URLSuffix>'],
        {
          ArnLike: { 'kms:EncryptionContext:aws:logs:arn': 'arn:aws:logs:eu-west-1:123456789012:log-group:*' },
        },
      ],
    ]);
  });
});

test('who reads is logged, by S3 and by CloudFront', () => {
  expect(template.one('AWS::S3::Bucket', 'ChannelBucket').Properties['LoggingConfiguration']).toEqual({
    DestinationBucketName: `<${logs.id}>`,
    LogFilePrefix: 's3/',
  });
  expect(template.of('AWS::CloudFront::Distribution')[0]?.Properties['DistributionConfig']).toMatchObject({
    Logging: { Bucket: `<${logs.id}.RegionalDomainName>`, Prefix: 'cloudfront/' },
  });
  const [, delivery] = statementsOf(template.one('AWS::S3::BucketPolicy', 'AccessLogs').Properties);
  expect(delivery).toMatchObject({
    Principal: { Service: ['logging.s3.amazonaws.com'] },
    Action: ['s3:PutObject'],
    Resource: [`<${logs.id}>/s3/*`],
    Condition: { StringEquals: { 'aws:SourceAccount': '<AWS::AccountId>' } },
  });
});

test('a bucket of the app that CloudFront cannot log to is refused', () => {
  const disabled = () =>
    synthesizeOwn((stack, props) => {
      new CondaChannel(stack, 'Channel', { ...props, accessLogs: new s3.Bucket(stack, 'AccessLogs') });
    });
  expect(disabled).toThrow('Own/AccessLogs has ACLs disabled, and CloudFront logs by one');
});

test('what cannot be added to the policies of a key and of a bucket that are only named is told', () => {
  const arn = 'arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d-0000-4000-8000-0123456789ab';
  const named = synthesizeOwn((stack, props) => {
    const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', arn);
    const accessLogs = s3.Bucket.fromBucketName(stack, 'AccessLogs', 'all-logs');
    new CondaChannel(stack, 'Channel', { ...props, encryptionKey, accessLogs, email: 'ops@example.org' });
  });
  expect(named.warnings).toEqual([
    expect.stringContaining(`The policy of ${arn} cannot be changed from here`),
    expect.stringContaining('The policy of all-logs cannot be changed from here'),
  ]);
  expect(warnings.filter((warning) => warning.includes('gatehouse'))).toEqual([]);
});

describe('in a VPC', () => {
  test('run all functions, in its private subnets and one security group, which lets nothing in', () => {
    const group = template.one('AWS::EC2::SecurityGroup', 'Channel');
    for (const { Properties } of template.of('AWS::Lambda::Function')) {
      expect(Properties['VpcConfig']).toEqual({
        SecurityGroupIds: [`<${group.id}.GroupId>`],
        SubnetIds: ['subnet-0a1b2c3d4e5f60718', 'subnet-08172635445362718'],
      });
    }
    expect(group.Properties).not.toHaveProperty('SecurityGroupIngress');
  });

  test('Lambda makes network interfaces as a function’s role, and its code does not', () => {
    for (const name of functions) {
      const statements = roleStatements(template, `Channel${name}Role`);
      const [allow, deny] = statements.filter(({ Action }) => Action.includes('ec2:CreateNetworkInterface'));
      expect(allow).toMatchObject({ Effect: 'Allow', Resource: ['*'] });
      expect(deny).toEqual({
        ...allow,
        Sid: 'NotFromCode',
        Effect: 'Deny',
        Condition: {
          ArnLike: { 'lambda:SourceFunctionArn': 'arn:aws:lambda:eu-west-1:123456789012:function:*' },
        },
      });
    }
  });

  test('is not had by subnets or groups alone', () => {
    const subnets = () =>
      synthesizeOwn((stack, props) => void new CondaChannel(stack, 'Channel', { ...props, vpcSubnets: {} }));
    expect(subnets).toThrow("Cannot configure 'vpcSubnets' without configuring a VPC");
  });
});

test('every role of the channel is held in by the boundary, and no other', () => {
  const boundaries = template
    .of('AWS::IAM::Role')
    .map(({ id, Properties }) => [id.startsWith('Channel'), Properties['PermissionsBoundary']]);
  expect(boundaries.filter(([isOurs]) => isOurs)).toEqual(
    functions.map(() => [true, 'arn:aws:iam::123456789012:policy/developers']),
  );
  expect(boundaries.filter(([isOurs]) => !isOurs)).toEqual([
    [false, undefined],
    [false, undefined],
  ]);
});

test('whatever takes tags has the channel’s', () => {
  const tagged = template.resources.filter(({ Properties }) => JSON.stringify(Properties['Tags'])?.includes('4711'));
  expect([...new Set(tagged.map(({ Type }) => Type))].sort()).toEqual([
    'AWS::CloudFront::Distribution',
    'AWS::CloudFront::Function',
    'AWS::CloudWatch::Alarm',
    'AWS::CloudWatch::Dashboard',
    'AWS::EC2::SecurityGroup',
    'AWS::Events::Rule',
    'AWS::IAM::Role',
    'AWS::Lambda::EventSourceMapping',
    'AWS::Lambda::Function',
    'AWS::Logs::LogGroup',
    'AWS::S3::Bucket',
    'AWS::SNS::Topic',
    'AWS::SQS::Queue',
  ]);
  expect(tagged.filter(({ id }) => !id.startsWith('Channel'))).toEqual([]);
});

describe('who may read', () => {
  const unread = (role: string) =>
    kinds
      .filter(({ keys }) =>
        keys.some((one) => !allows(roleStatements(template, role), 's3:GetObject', `${bucket}/${one}`)),
      )
      .map(({ kind }) => kind);

  test('reads what is served, and with the records all but tokens and what is no record', () => {
    const served = kinds.filter(({ keys }) => keys.every((one) => !one.startsWith('_gatehouse/')));
    const private_ = kinds.filter((kind) => !served.includes(kind));
    expect(unread('Mirror')).toEqual(private_.map(({ kind }) => kind));
    expect(unread('Auditor')).toEqual([
      'upstream documents of a folder that was copied here',
      'incoming',
      'tokens',
      'nothing of ours',
    ]);
  });

  test('writes, deletes and sends nothing, and is a role of this app', () => {
    for (const role of ['Mirror', 'Auditor']) {
      const actions = new Set(roleStatements(template, role).flatMap(({ Action }) => Action));
      expect([...actions].sort()).toEqual(['kms:Decrypt', 's3:GetObject', 's3:ListBucket']);
    }
    const other = () => channel.grantRead(new iam.AccountPrincipal('210987654321'));
    expect(other).toThrow('Own/Channel: only a role or user of this app can be granted that');
  });
});

test('the least privilege is as little with all of it', () => {
  const loose = looseStatements(template).filter((fault) => !fault.startsWith('Key'));
  expect(new Set(loose.map((fault) => fault.replace(/^Channel\w+Role\w+: /, '')))).toEqual(new Set(['resource *']));
  const wide = [...template.of('AWS::IAM::Policy'), ...template.of('AWS::IAM::ManagedPolicy')]
    .flatMap(({ Properties }) => statementsOf(Properties))
    .filter(({ Effect, Resource }) => Effect === 'Allow' && Resource.includes('*'));
  expect(new Set(wide.flatMap(({ Action }) => Action).map((action) => action.split(':')[0]))).toEqual(
    new Set(['ec2', 'xray']),
  );
});
