import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { statementsOf } from '../../support/stack/stack-policies.ts';
import { synthesizeApp } from '../../support/stack/synthesize.ts';
import { plain } from './templates.ts';

const [template] = synthesizeApp([{ name: 'Gatehouse', bucketName: 'acme-channel' }]);
if (template === undefined) throw new Error('one stack');

const ruleSchema = z.object({ queue: z.string(), of: z.string(), prefix: z.string(), suffix: z.string() });
const setup = (of: typeof template) => of.one('Custom::GatehouseBucket', 'ChannelBucketSetup').Properties;

describe('on a bucket that is there', () => {
  test('the stack makes none, and everything is about that one', () => {
    expect(template.of('AWS::S3::Bucket')).toEqual([]);
    expect(template.outputs['Bucket']).toBe('acme-channel');
    for (const { Properties } of template.of('AWS::Lambda::Function'))
      expect(JSON.stringify(Properties['Environment'])).toContain('"GATEHOUSE_BUCKET":"acme-channel"');
  });

  test('the policy says what that of a new bucket says', () => {
    const saying = (of: typeof template, bucket: string) =>
      statementsOf(of.of('AWS::S3::BucketPolicy')[0]?.Properties)
        .filter(({ Sid }) => Sid !== undefined)
        .map((one) => JSON.parse(JSON.stringify(one).replaceAll(bucket, 'BUCKET')));
    const own = plain.one('AWS::S3::Bucket', 'ChannelBucket').id;
    const ours = saying(template, 'arn:<AWS::Partition>:s3:::acme-channel');
    expect(ours).toEqual(saying(plain, `<${own}>`));
    expect(ours.map(({ Sid }) => Sid)).toEqual([
      'FilesAreCreateOnly',
      'NamesAndRecordsStay',
      'CloudFrontReads',
      'CloudFrontLearnsWhatIsMissing',
    ]);
    const insecure = statementsOf(template.of('AWS::S3::BucketPolicy')[0]?.Properties).filter(({ Sid }) => !Sid);
    expect(insecure.map(({ Effect, Condition }) => [Effect, Condition])).toEqual([
      ['Deny', { Bool: { 'aws:SecureTransport': 'false' } }],
      ['Deny', { NumericLessThan: { 's3:TlsVersion': 1.2 } }],
    ]);
  });

  test('it is to notify what a new bucket notifies', () => {
    const configured = z.object({
      QueueConfigurations: z.array(
        z.object({
          Event: z.string(),
          Queue: z.string(),
          Filter: z.object({ S3Key: z.object({ Rules: z.array(z.object({ Value: z.string() })) }) }),
        }),
      ),
    });
    const own = plain.one('AWS::S3::Bucket', 'ChannelBucket').Properties['NotificationConfiguration'];
    const wanted = configured.parse(own).QueueConfigurations.map(({ Event, Queue, Filter }) => ({
      queue: Queue,
      of: Event.replace(/^s3:Object|:\*$/g, ''),
      prefix: Filter.S3Key.Rules[0]?.Value,
      suffix: Filter.S3Key.Rules[1]?.Value,
    }));
    expect(z.array(ruleSchema).parse(setup(template)['rules'])).toEqual(wanted);
  });

  test('before the allowlist comes in, and after S3 may send', () => {
    const depends = (type: string) =>
      z.looseObject({ DependsOn: z.array(z.string()) }).parse(template.of(type)[0]).DependsOn;
    expect(depends('Custom::GatehouseFiles')).toContain(template.one('Custom::GatehouseBucket', 'Channel').id);
    const policies = depends('Custom::GatehouseBucket').filter((id) => id.includes('QueuePolicy'));
    expect(policies).toHaveLength(3);
  });

  test('what sets it up may do so, and nothing with a new bucket but take its notifications off', () => {
    const allowed = (of: typeof template) =>
      of
        .of('AWS::IAM::Policy')
        .filter(({ id }) => id.startsWith('ChannelDeployFiles'))
        .flatMap(({ Properties }) => statementsOf(Properties))
        .find(({ Sid }) => Sid === 'SetUpBucket');
    expect(allowed(template)).toMatchObject({ Resource: ['arn:<AWS::Partition>:s3:::acme-channel'] });
    expect(allowed(template)?.Action).toHaveLength(6);
    expect(allowed(plain)?.Action).toEqual(['s3:GetBucketNotification', 's3:PutBucketNotification']);
    expect(setup(plain)).toMatchObject({ exists: 'false', rules: [] });
  });
});

test('the allowlist comes in last', () => {
  const [files] = plain.of('Custom::GatehouseFiles');
  const { DependsOn } = z.looseObject({ DependsOn: z.array(z.string()) }).parse(files);
  // What looks at the channel from outside, and needs no sync or all alarms.
  const behind = /^Channel(?:Files[0-9A-F]{8}|WatchesAlarm|Dashboard|Deployed)/;
  const others = plain.resources.filter(({ id }) => id.startsWith('Channel') && !behind.test(id));
  expect(DependsOn.toSorted()).toEqual(others.map(({ id }) => id).sort());
});
