import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { parseJson } from '../../core/json/json.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import { readContext } from '../../lib/settings/context.ts';

const file = readFileSync(resolve(import.meta.dirname, '../../cdk.json'), 'utf8');
const { context: flags } = parseJson(file, z.looseObject({ context: z.record(z.string(), z.unknown()) }), 'cdk.json');
const read = (given: object) => readContext({ getAllContext: () => ({ ...flags, ...given }) });

test('nothing need be said', () => {
  expect(read({})).toMatchObject({
    stack: 'Gatehouse',
    props: { env: {}, channel: { cdn: true, retain: Duration.days(90) } },
  });
  expect(Object.keys(read({}).props)).toEqual(['env', 'channel']);
});

test('a name, a place, a bucket and an allowlist beside the settings of the channel', () => {
  const given = { stack: 'Research-2', account: '012345678901', region: 'eu-west-1', bucket: 'acme.channel' };
  expect(read({ ...given, allowlist: 'research/allowlist.json', cdn: 'off' })).toMatchObject({
    stack: 'Research-2',
    props: {
      env: { account: '012345678901', region: 'eu-west-1' },
      bucketName: 'acme.channel',
      channel: { cdn: false, allowlist: 'research/allowlist.json' },
    },
  });
});

test.each([
  'aws:cdk:enable-path-metadata',
  'aws:cdk:bundling-stacks',
  '@aws-cdk/core:newStyleStackSynthesis',
  'availability-zones:account=012345678901:region=eu-west-1',
  'acknowledged-issue-numbers',
  'acme:team',
])('%s is for others to read', (name) => {
  expect(read({ [name]: 'x' })).toEqual(read({}));
});

describe('what cannot be is an error', () => {
  const refusal = (given: object) => {
    try {
      read(given);
    } catch (error) {
      if (error instanceof GatehouseError) return { code: error.code, message: error.message, hint: error.hint };
    }
    throw new Error('it was taken');
  };

  test('a name that nobody reads, with the one that it is near to', () => {
    expect(refusal({ retian: '30', colour: 'green', sizes: {} })).toEqual({
      code: 'usage.invalid',
      message:
        'The context (-c, cdk.json) has what nobody reads:\n  retian: did you mean "retain"?\n  colour: is no setting',
      hint: expect.stringContaining('docs/operations.md'),
    });
  });

  test.each([
    [{ stack: '2nd' }, 'stack: expected a letter'],
    [{ account: '12345' }, 'account: expected the 12 digits of an account'],
    [{ region: 'Frankfurt' }, 'region: expected a region such as eu-west-1'],
    [{ bucket: 's3://acme' }, 'bucket: expected the name of a bucket'],
    [{ retain: 'long' }, 'retain: expected a whole number'],
    [{ concurrency: '9' }, 'concurrency: '],
  ])('%j', (given, expected) => {
    const { code, message } = refusal(given);
    expect([code, message]).toEqual(['usage.invalid', expect.stringMatching(/^The context .* cannot be read:\n/)]);
    expect(message).toContain(expected);
  });
});
