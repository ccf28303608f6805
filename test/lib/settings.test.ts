import { describe, expect, test } from 'vitest';
import { readSettings } from '../../lib/settings.ts';

const read = (given: object) => readSettings(given, 'The props of X');
const certificateArn = 'arn:aws:acm:us-east-1:123456789012:certificate/abc';

test('nothing need be said', () => {
  expect(read({})).toEqual({
    cdn: true,
    schedule: 'rate(7 days)',
    sweep: 'rate(1 day)',
    retain: 90,
    sizes: {},
    bz2: false,
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
    [{ invalidate: 'on', cdn: 'off' }, 'invalidate: needs the CDN'],
    [{ email: 'nobody' }, 'email: expected an e-mail address'],
    [{ alarmTopic: 'my-topic' }, 'alarmTopic: expected the ARN of an SNS topic'],
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
