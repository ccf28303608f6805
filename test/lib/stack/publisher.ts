import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AccountPrincipal, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { describe, expect, test } from 'vitest';
import { stagedPath } from '../../../core/layout/sides.ts';
import type { PublishRights } from '../../../lib/access/publisher-access.ts';
import type { ChannelStack } from '../../../lib/channel-stack.ts';
import { temporaryFolder } from '../../support/machine/temporary-folder.ts';
import { addPublishingRole } from '../../support/stack/publishing-role.ts';
import {
  allows,
  looseStatements,
  rolePolicies,
  roleStatements,
  type Statement,
} from '../../support/stack/stack-policies.ts';
import { synthesize } from '../../support/stack/synthesize.ts';
import { kinds } from './key-kinds.ts';

const longNames = Array.from({ length: 10 }, (_, number) => `a-name-that-is-quite-long-${number}`);
const granted: Readonly<Record<string, readonly PublishRights[]>> = {
  Staging: [{ to: 'staging' }],
  Channel: [{ to: 'channel' }],
  Yanking: [{ to: 'channel', yank: true }],
  Both: [{ to: 'staging' }, { to: 'channel', yank: true }],
  Some: [{ to: 'staging', names: ['acme-tool'] }],
  Many: [{ to: 'staging', names: longNames }],
};
const refused: readonly (readonly [PublishRights, string])[] = [
  [{ to: 'staging', names: [] }, 'reserves no names'],
  [{ to: 'staging', names: [...longNames, 'more'] }, '10 names, not 11'],
  [{ to: 'staging', yank: true }, 'nothing is yanked in staging'],
  [{ to: 'staging', names: ['acme-*'] }, 'acme-* is not the normal name'],
];

const newRole = (stack: ChannelStack, id: string) =>
  new Role(stack, `Build${id}`, { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });

const refusals: string[] = [];
function refusal(attempt: () => void): void {
  try {
    attempt();
    refusals.push('nothing was thrown');
  } catch (error) {
    refusals.push(String(error));
  }
}

/** All roles are those of one stack: to synthesize one takes a second. */
function addRoles(stack: ChannelStack): void {
  addPublishingRole(stack);
  for (const [id, grants] of Object.entries(granted)) {
    const role = newRole(stack, id);
    for (const rights of grants) stack.channel.grantPublish(role, rights);
  }
  const none = newRole(stack, 'None');
  for (const [rights] of refused) refusal(() => stack.channel.grantPublish(none, rights));
  refusal(() => stack.channel.grantPublish(new AccountPrincipal('123456789012'), { to: 'staging' }));
}

const template = await (async () => {
  await using folder = await temporaryFolder();
  const allowlist = join(folder.path, 'allowlist.json');
  writeFileSync(allowlist, JSON.stringify({ channels: [], platforms: ['linux-64'], reserved: ['acme'], packages: [] }));
  return synthesize({ allowlist, cdn: false }, { extend: addRoles });
})();
const bucket = `<${template.one('AWS::S3::Bucket', 'ChannelBucket').id}>`;
const role = (id: string): Statement[] => roleStatements(template, `Build${id}`);
const may = (id: string, action: string, key: string) => allows(role(id), action, `${bucket}/${key}`);

const sha256 = '0123456789abcdef'.repeat(4);
const files = [
  ...['acme-1.0-0.conda', 'acme-tool-1.0-0.conda', 'acme_tool-1.0-0.tar.bz2'].map((name) => `conda/noarch/${name}`),
  ...['acme/acme-1.0.tar.gz', 'acme-tool/acme_tool-1.0-py3-none-any.whl', 'acme-tool/acme_tool-1.0.zip'],
].map((key) => (key.startsWith('conda/') ? key : `simple/${key}`));
const metadata = 'simple/acme-tool/acme_tool-1.0-py3-none-any.whl.metadata';
const ofFiles = [...[...files, metadata], ...files.map((key) => `_gatehouse/provenance/${key}/${sha256}.json`)];
const names = files.map((key) => `_gatehouse/names/${key}.json`);

const ofOthers = [
  'conda/noarch/acmefoo-1.0-0.conda',
  'conda/noarch/numpy-1.0-0.conda',
  'conda/noarch/acme-1.0-0.json',
  'simple/acmefoo/acmefoo-1.0-py3-none-any.whl',
  'simple/acme/index.json',
  'simple/acme/index.html',
  'simple/index.json',
  'conda/noarch/repodata.json',
  'conda/noarch/repodata.json.zst',
  `_gatehouse/provenance/conda/noarch/numpy-1.0-0.conda/${sha256}.json`,
  '_gatehouse/names/simple/numpy/numpy-1.0.tar.gz.json',
  '_gatehouse/allowlist.json',
  '_gatehouse/tokens.json',
  '_gatehouse/state/simple/acme.json',
];
const bothSides = (keys: readonly string[]) => [...keys, ...keys.map(stagedPath)];

describe('a role that may publish', () => {
  const control = ['_gatehouse/control/simple/acme.json', '_gatehouse/control/conda/noarch.json'];
  const all = [...bothSides(ofFiles), ...names, ...bothSides([...ofOthers, ...control])];
  const written = (id: string) => [...new Set(all)].filter((key) => may(id, 's3:PutObject', key));

  test('into staging puts in files of reserved names with what is known of them, and nothing else', () => {
    expect(written('Staging')).toEqual([...ofFiles.map(stagedPath), ...names]);
  });

  test('into the channel puts the same there, and withdraws nothing unless it may yank', () => {
    expect(written('Channel')).toEqual([...ofFiles, ...names]);
    expect(written('Yanking')).toEqual([...ofFiles, ...names, ...control]);
  });

  test('reads what it solves from and is held against, and neither runs nor tokens', () => {
    const unread = kinds.filter(({ keys }) => keys.some((key) => !may('Staging', 's3:GetObject', key)));
    expect(unread.map(({ kind }) => kind)).toEqual([
      'held bytes',
      'first seen',
      'plans',
      'clock of syncs',
      'clock of reconciliations',
      'clock of prunes',
      'clock of sweeps',
      'failed fetches',
      'runs',
      'upstream documents of a folder that was copied here',
      'incoming',
      'proof',
      'tokens',
      'what the stack is',
      'the last sync by command',
      'patches',
      'nothing of ours',
      'held bytes, staged',
    ]);
  });

  test('deletes nothing, sends nothing, and its policy is as tight as those of the functions', () => {
    const actions = new Set(role('Both').flatMap(({ Action }) => Action));
    expect([...actions].sort()).toEqual(['s3:AbortMultipartUpload', 's3:GetObject', 's3:ListBucket', 's3:PutObject']);
    expect(looseStatements(template)).toEqual([]);
    expect(role('Both').flatMap(({ Sid }) => Sid ?? [])).toEqual([]);
  });

  test('may be let publish some names only', () => {
    const staged = ['simple/acme-tool/acme_tool-1.0.tar.gz', 'conda/noarch/acme_tool-1.0-0.conda'].map(stagedPath);
    const others = ['simple/acme/acme-1.0.tar.gz', 'conda/noarch/acme-1.0-0.conda'].map(stagedPath);
    expect([...staged, ...others].filter((key) => may('Some', 's3:PutObject', key))).toEqual(staged);
  });

  test('has policies that IAM takes, whatever names and bucket are called', () => {
    const first = (name: string) => stagedPath(`simple/${name}/x-1.0.tar.gz`);
    expect(longNames.filter((name) => !may('Many', 's3:PutObject', first(name)))).toEqual([]);
    const policies = rolePolicies(template, 'BuildMany');
    expect(policies.length).toBeGreaterThan(2);
    expect(policies.length).toBeLessThanOrEqual(11);
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    for (const { Type, Properties } of policies) {
      const document = JSON.stringify(Properties['PolicyDocument']);
      const written = document.replaceAll(bucket, `arn:aws:s3:::${'b'.repeat(63)}`);
      expect(written.length).toBeLessThanOrEqual(Type === 'AWS::IAM::Policy' ? 10_240 : 6144);
    }
  });

  test('is refused without names, of too many, of a pattern, and to another account', () => {
    const messages = [...refused.map(([, message]) => message), 'only a role or user of this app can be granted that'];
    expect(refusals).toEqual(messages.map((message) => expect.stringContaining(message)));
    expect(role('None')).toEqual([]);
  });
});

describe('the role of docs/operations.md', () => {
  const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
  const lines = (text: string) => text.split('\n').map((line) => line.trim());

  test('is the one that is tried here', () => {
    const documented = read('docs/operations.md');
    const [, tried = ''] = /: void \{\n(.*)\n\}\n$/s.exec(read('test/support/stack/publishing-role.ts')) ?? [];
    expect(tried.length).toBeGreaterThan(500);
    expect(lines(documented).join('\n')).toContain(lines(tried).join('\n'));
  });

  test('is taken by builds of one branch of one repository alone, and says what it is called', () => {
    const publisher = template.one('AWS::IAM::Role', 'Publisher');
    const provider = template.one('AWS::IAM::OIDCProvider', 'GitHub');
    expect(provider.Properties).toMatchObject({
      Url: 'https://token.actions.githubusercontent.com',
      ClientIdList: ['sts.amazonaws.com'],
    });
    expect(publisher.Properties['AssumeRolePolicyDocument']).toMatchObject({
      Statement: [
        {
          Action: 'sts:AssumeRoleWithWebIdentity',
          Principal: { Federated: `<${provider.id}>` },
          Condition: {
            StringEquals: {
              'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
              'token.actions.githubusercontent.com:sub': 'repo:acme/tool:ref:refs/heads/main',
            },
          },
        },
      ],
    });
    expect(template.outputs['PublisherRole']).toBe(`<${publisher.id}>`);
  });
});
