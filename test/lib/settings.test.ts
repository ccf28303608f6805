import { Duration, Token } from 'aws-cdk-lib';
import { GeoRestriction } from 'aws-cdk-lib/aws-cloudfront';
import { Schedule } from 'aws-cdk-lib/aws-events';
import { describe, expect, test } from 'vitest';
import { propsOf, readSettings, settingsOf } from '../../lib/settings/settings.ts';

const read = (given: object) => readSettings(given, 'The props of X');
const certificateArn = 'arn:aws:acm:us-east-1:123456789012:certificate/abc';
const webAclArn = 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/office/0a1b2c3d';

const netrcSecret = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:acme/upstreams-a1B2c3';

test('nothing need be said', () => {
  expect(read({})).toEqual({
    cdn: true,
    schedule: 'rate(7 days)',
    sweep: 'rate(1 day)',
    retain: 90,
    sizes: {},
    bz2: false,
    alarms: true,
    concurrency: 16,
    invalidate: false,
  });
});

test('as text, as `-c` gives it, or as it is', () => {
  const said = { cdn: 'off', retain: '30', bz2: 'on', sizes: { indexer: { memory: '1024' } } };
  const meant = { cdn: false, retain: 30, bz2: true, sizes: { indexer: { memory: 1024 } } };
  expect(read(said)).toEqual(read(meant));
  expect(read(said)).toMatchObject(meant);
});

test('what the context says is said by props as well, and by those of one’s own app too', () => {
  const given: Record<string, string> = {
    schedule: 'off',
    sweep: 'rate(12 hours)',
    retain: '30',
    domain: 'conda.example.org',
    certificateArn,
    geoDeny: 'AQ,BV',
    alarmTopic: 'arn:aws:sns:eu-west-1:123456789012:ops',
    netrcSecret,
  };
  const props = propsOf(read(given));
  expect(settingsOf(props, 'The props of X')).toEqual(read(given));
  const own = {
    schedule: 'off',
    sweep: Schedule.rate(Duration.hours(12)),
    retain: Duration.days(30),
    domain: 'conda.example.org',
    certificate: { certificateArn },
    geoRestriction: GeoRestriction.denylist('AQ', 'BV'),
    alarmTopic: { topicArn: 'arn:aws:sns:eu-west-1:123456789012:ops' },
    netrcSecret: { secretArn: netrcSecret },
  } as const;
  expect(settingsOf(own, 'The props of X')).toEqual(read(given));
});

test('the ARN of what the app makes itself is not known yet', () => {
  const alarmTopic = { topicArn: Token.asString({ Ref: 'Topic' }) };
  expect(settingsOf({ alarmTopic }, 'The props of X').alarmTopic).toBe(alarmTopic.topicArn);
});

describe('what cannot be is an error that names it and says what was expected', () => {
  test.each([
    [{ cdn: 'maybe' }, 'cdn: expected on or off'],
    [{ schedule: 'weekly' }, 'schedule: expected off, or a schedule such as `rate(7 days)`'],
    [{ schedule: 'rate(0.5 days)' }, 'schedule: expected off'],
    [{ retain: 'long' }, 'retain: expected a whole number'],
    [{ retain: 0 }, 'retain: '],
    [{ retain: 1.5 }, 'retain: expected 1 to 3650'],
    [{ domain: 'https://conda.example.org', certificateArn }, 'domain: expected a host name'],
    [{ domain: 'conda.example.org' }, 'domain: goes with certificateArn'],
    [{ certificateArn }, 'domain: goes with certificateArn'],
    [
      { domain: 'a.example.org', certificateArn: certificateArn.replace('us-east-1', 'eu-west-1') },
      'certificateArn: expected the ARN of an ACM certificate in us-east-1',
    ],
    [{ retain: Duration.hours(36) }, 'retain: expected 1 to 3650'],
    [{ invalidate: 'on', cdn: 'off' }, 'invalidate: needs the CDN'],
    [{ geoAllow: 'DE', cdn: 'off' }, 'geoAllow: needs the CDN'],
    [{ webAclArn, cdn: 'off' }, 'webAclArn: needs the CDN'],
    [{ priceClass: 'PriceClass_100', cdn: 'off' }, 'priceClass: needs the CDN'],
    [{ domain: 'conda.example.org', certificateArn, cdn: 'off' }, 'domain: needs the CDN'],
    [{ geoAllow: 'DE', geoDeny: 'AQ' }, 'geoDeny: goes without geoAllow'],
    [{ geoAllow: 'Germany' }, 'geoAllow.0: expected countries by their two letters, such as DE,FR'],
    [{ priceClass: '100' }, 'priceClass: expected one of PriceClass_100, PriceClass_200, PriceClass_All'],
    [{ webAclArn: webAclArn.replace('global', 'regional') }, 'webAclArn: expected the ARN of a web ACL of WAF v2'],
    [{ webAclArn: webAclArn.replace('us-east-1', 'eu-west-1') }, 'of scope CLOUDFRONT, in us-east-1'],
    [{ email: 'nobody' }, 'email: expected an e-mail address'],
    [{ alarmTopic: 'my-topic' }, 'alarmTopic: expected the ARN of an SNS topic'],
    [{ netrcSecret: 'upstreams' }, 'netrcSecret: expected the whole ARN of a secret'],
    [{ netrcSecret: netrcSecret.replace('-a1B2c3', '') }, 'with the six characters behind its name'],
    [{ sizes: 'big' }, 'sizes: expected an object of functions: set it in cdk.json'],
    [{ sizes: { indexer: { memory: 64 } } }, 'sizes.indexer.memory: '],
    [{ sizes: { indexer: { timeout: 901 } } }, 'sizes.indexer.timeout: '],
    [{ sizes: { reindexer: {} } }, 'sizes: '],
    [{ retian: 3 }, 'retian'],
  ])('%j', (given, expected) => {
    expect(() => read(given)).toThrow(/^The props of X cannot be read:\n/);
    expect(() => read(given)).toThrow(expected);
  });

  test('all of it at once', () => {
    expect(() => read({ cdn: 'maybe', retain: 'long' })).toThrow(/cdn: .*\n.*retain: /);
  });
});
