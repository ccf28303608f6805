import { describe, expect, test } from 'vitest';
import { allows, looseStatements, roleStatements } from '../../support/stack/stack-policies.ts';
import { synthesize } from '../../support/stack/synthesize.ts';
import { functions } from './key-kinds.ts';
import { plain } from './templates.ts';

const secretArn = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:acme/upstreams-a1B2c3';

describe('a secret with the netrc of upstreams', () => {
  const template = synthesize({ netrcSecret: { secretArn } });
  const asking = ['Downloader', 'Indexer', 'Scraper', 'Sweeper'];

  test('may be read by the four functions that ask upstreams, and by no other', () => {
    const may = (action: string, resource: string) =>
      functions.filter((name) => allows(roleStatements(template, `Channel${name}Role`), action, resource)).sort();
    expect(may('secretsmanager:GetSecretValue', secretArn)).toEqual(asking);
    expect(may('secretsmanager:GetSecretValue', secretArn.replace('acme', 'other'))).toEqual([]);
    expect(may('secretsmanager:PutSecretValue', secretArn)).toEqual([]);
    expect(looseStatements(template)).toEqual([]);
  });

  test('is named to them, and to no other', () => {
    const told = template
      .of('AWS::Lambda::Function')
      .filter(({ Properties }) => JSON.stringify(Properties).includes(`"GATEHOUSE_NETRC_SECRET":"${secretArn}"`));
    expect(told.map(({ id }) => id.replace(/^Channel(\w+?)[0-9A-F]{8}$/, '$1')).sort()).toEqual(asking);
  });

  test('is nowhere where none is named', () => {
    expect(JSON.stringify(plain.resources)).not.toMatch(/secretsmanager|NETRC/);
  });
});
