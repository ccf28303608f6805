import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import { Schedule } from 'aws-cdk-lib/aws-events';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../support/machine/temporary-folder.ts';
import { statementsOf } from '../../support/stack/stack-policies.ts';
import { synthesize } from '../../support/stack/synthesize.ts';
import { certificateArn, full, plain } from './templates.ts';

test('the outputs say where the channel is, and the lines for .condarc and pip.conf', () => {
  const [distribution] = plain.of('AWS::CloudFront::Distribution');
  const url = `https://<${distribution?.id}.DomainName>/gatehouse`;
  expect(plain.outputs).toMatchObject({
    Alarms: expect.stringMatching(/^NOBODY is told/),
    Bucket: `<${plain.one('AWS::S3::Bucket', 'ChannelBucket').id}>`,
    ChannelUrl: url,
    Condarc: `channels:\n  - ${url}`,
    PipConf: `[global]\nindex-url = ${url.replace(/gatehouse$/, 'simple/')}`,
    DistributionId: `<${distribution?.id}>`,
    DistributionDomain: `<${distribution?.id}.DomainName>`,
  });
  expect(full.outputs).toMatchObject({ ChannelUrl: 'https://conda.example.org/gatehouse' });
});

test('and where work waits, and is given up, and who does it', () => {
  const named = (type: string) => plain.of(type).map(({ id }) => `<${id}>`);
  const outputs = Object.entries(plain.outputs);
  const those = (names: RegExp) => outputs.flatMap(([name, value]) => (names.test(name) ? [value] : [])).sort();
  expect(those(/(?:Queue|DeadLetters)$/)).toEqual(named('AWS::SQS::Queue').sort());
  expect(those(/Function$/)).toEqual(named('AWS::Lambda::Function').sort());
  for (const name of ['PlanQueue', 'PlanDeadLetters', 'EventDeadLetters', 'ScraperFunction'])
    expect(plain.outputs[name]).toContain(name.replace('Function', ''));
});

describe('with other settings', () => {
  const other = synthesize({
    cdn: false,
    schedule: 'off',
    sweep: Schedule.cron({ minute: '0', hour: '3', weekDay: 'SUN' }),
    retain: Duration.days(30),
    sizes: { indexer: { memory: 1024, timeout: 60 } },
    alarmTopic: { topicArn: 'arn:aws:sns:eu-west-1:123456789012:ops' },
  });

  test('cdn off: no CloudFront, and nobody outside reads the bucket', () => {
    expect(other.resources.filter(({ Type }) => Type.startsWith('AWS::CloudFront::'))).toEqual([]);
    expect(Object.keys(other.outputs).filter((name) => /Url|Conf|Condarc|Distribution/.test(name))).toEqual([]);
    const policy = statementsOf(other.one('AWS::S3::BucketPolicy', 'ChannelBucketPolicy').Properties);
    expect(policy.filter(({ Effect }) => Effect === 'Allow')).toEqual([]);
  });

  test('schedule off: a sync begins with a change to the allowlist only', () => {
    const schedules = other.of('AWS::Events::Rule').map(({ id }) => id.replace(/[0-9A-F]{8}$/, ''));
    expect(schedules).toEqual(['ChannelReconcile', 'ChannelPrune', 'ChannelSweep', 'ChannelWatch']);
  });

  test('a sweep when it is asked for, or never', () => {
    const rules = (of: typeof other) => of.of('AWS::Events::Rule').filter(({ id }) => id.startsWith('ChannelSweep'));
    expect(rules(other).map(({ Properties }) => Properties['ScheduleExpression'])).toEqual(['cron(0 3 ? * SUN *)']);
    expect(rules(synthesize({ sweep: 'off' }))).toEqual([]);
  });

  test('sizes, and what follows from them', () => {
    const [indexer] = other.of('AWS::Lambda::Function').filter(({ id }) => id.startsWith('ChannelIndexer'));
    expect(indexer?.Properties).toMatchObject({ MemorySize: 1024, Timeout: 60, EphemeralStorage: { Size: 2048 } });
    expect(other.one('AWS::SQS::Queue', 'ChannelIndexQueue').Properties['VisibilityTimeout']).toBe(6 * 60 + 30);
    const [scraper] = other.of('AWS::Lambda::Function').filter(({ id }) => id.startsWith('ChannelScraper'));
    expect(JSON.stringify(scraper?.Properties['Environment'])).toContain('"GATEHOUSE_RETAIN_DAYS":"30"');
  });

  test('every alarm goes to the topic', () => {
    for (const { Properties } of other.of('AWS::CloudWatch::Alarm')) {
      expect(Properties['AlarmActions']).toEqual(['arn:aws:sns:eu-west-1:123456789012:ops']);
    }
  });
});

test('what cannot be is said before anything is made', () => {
  expect(() => synthesize({ retain: Duration.days(0) })).toThrow(
    'The props of Gatehouse/Channel cannot be read:\n  retain: ',
  );
  expect(() => synthesize({ allowlist: 'nowhere/allowlist.json' })).toThrow('nowhere/allowlist.json does not exist');
});

test('the channel has the name of its allowlist, in what is printed, at the edge and in what is invalidated', async () => {
  await using folder = await temporaryFolder();
  const allowlist = join(folder.path, 'allowlist.json');
  writeFileSync(allowlist, JSON.stringify({ name: 'acme', channels: [], platforms: ['linux-64'], packages: [] }));
  const acme = synthesize({ allowlist, domain: 'a.example', certificate: { certificateArn } });
  expect(acme.outputs).toMatchObject({
    ChannelUrl: 'https://a.example/acme',
    Condarc: 'channels:\n  - https://a.example/acme',
  });
  const { Properties } = acme.one('AWS::CloudFront::Function', 'ChannelEdge');
  expect(Properties['FunctionCode']).toContain('viewerRequest(event,"acme")');
  const told = acme.of('AWS::Lambda::Function').map((fn) => JSON.stringify(fn.Properties['Environment'] ?? {}));
  expect(told.filter((variables) => variables.includes('"GATEHOUSE_SERVED_NAME":"acme"'))).toHaveLength(1);
  expect(JSON.stringify(acme.of('Custom::GatehouseDeployed'))).toContain('https://a.example/acme');
});

test('an allowlist that asks for .tar.bz2 takes a stack that can make them', async () => {
  await using folder = await temporaryFolder();
  const allowlist = join(folder.path, 'allowlist.json');
  const list = { channels: ['https://a.example/c'], platforms: ['linux-64'], packages: [], packageFormat: '.tar.bz2' };
  writeFileSync(allowlist, JSON.stringify(list));
  expect(() => synthesize({ allowlist, cdn: false })).toThrow(
    `${allowlist} says "packageFormat": ".tar.bz2", which takes compressjs (GPL-2.0)`,
  );
  expect(synthesize({ allowlist, cdn: false, bz2: true }).of('Custom::GatehouseFiles')).toHaveLength(1);
  writeFileSync(allowlist, JSON.stringify({ ...list, packageFormat: '.conda' }));
  expect(synthesize({ allowlist, cdn: false }).of('Custom::GatehouseFiles')).toHaveLength(1);
});
