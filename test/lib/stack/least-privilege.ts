import { describe, expect, test } from 'vitest';
import { looseStatements } from '../../support/stack/stack-policies.ts';
import type { StackTemplate } from '../../support/stack/stack-template.ts';
import { full as template } from './templates.ts';

const bucket = `<${template.one('AWS::S3::Bucket', 'ChannelBucket').id}>`;

describe('the whole template', () => {
  test('has no wildcard action, principal, or resource on data beyond a prefix', () => {
    expect(looseStatements(template)).toEqual([]);
  });

  test.each([
    ['a wildcard action', { Action: 's3:Get*', Resource: `${bucket}/conda/*` }, 'action s3:Get*'],
    ['every action', { Action: '*', Resource: `${bucket}/conda/*` }, 'action *'],
    ['every resource', { Action: 's3:GetObject', Resource: '*' }, 'resource *'],
    ['every key', { Action: 's3:GetObject', Resource: `${bucket}/*` }, `resource ${bucket}/*`],
    ['the bucket itself', { Action: 's3:DeleteBucket', Resource: bucket }, 'the whole bucket'],
    ['anybody', { Action: 's3:GetObject', Resource: `${bucket}/conda/*`, Principal: { AWS: '*' } }, 'principal *'],
  ])('would be caught with %s', (_what, statement, fault) => {
    const planted = withStatement(template, statement);
    expect(looseStatements(planted)).toEqual([`Planted: ${fault}`]);
  });

  test.each([
    { NotAction: 's3:GetObject', Resource: '*' },
    { Action: 's3:GetObject', NotResource: 'x' },
  ])('would be caught with all but something: %j', (statement) => {
    expect(() => looseStatements(withStatement(template, statement))).toThrow();
  });

  test('holds no secret: what functions are told is names, addresses and numbers', () => {
    const variablesOfAll = template
      .of('AWS::Lambda::Function')
      .flatMap(({ Properties }) => variables(Properties['Environment']));
    const known =
      /^(?:<Channel\w+>|90|5|10|gatehouse|Gatehouse(?:-Channel)?|\{"sync":"rate\(7 days\)",[^{}]*\}|scraper|downloader|indexer|prover|pruner|sweeper|deploy-files)$/;
    expect(variablesOfAll.filter(([, value]) => !known.test(value))).toEqual([]);
    expect(JSON.stringify(template.resources)).not.toMatch(/AKIA|ASIA|BEGIN [A-Z ]*PRIVATE KEY|password|secret/i);
  });
});

function variables(environment: unknown): [string, string][] {
  if (typeof environment !== 'object' || environment === null || !('Variables' in environment)) return [];
  return Object.entries(environment.Variables ?? {});
}

function withStatement(sound: StackTemplate, statement: object): StackTemplate {
  const Properties = { PolicyDocument: { Statement: [{ Effect: 'Allow', ...statement }] } };
  const planted = { id: 'Planted', Type: 'AWS::IAM::Policy', Properties: structuredClone(Properties) };
  return { ...sound, resources: [...sound.resources, planted] };
}
