import { describe, expect, test } from 'vitest';
import { ledgerHeadKey, recalledKey, recallKey, verdictKey } from '../../../core/layout/gate-keys.ts';
import { stagedPath } from '../../../core/layout/sides.ts';
import { allows, type Statement, statementsOf } from '../../support/stack/stack-policies.ts';
import { indexFiles, kept, kinds, packages, pages, sdists, sha256, usedNames, wheels } from './key-kinds.ts';
import { full as template } from './templates.ts';

const bucket = `<${template.one('AWS::S3::Bucket', 'ChannelBucket').id}>`;

describe('the bucket', () => {
  const policy = statementsOf(template.one('AWS::S3::BucketPolicy', 'ChannelBucketPolicy').Properties);

  test('takes a package or wheel only where there is none, whoever brings it', () => {
    const deny = policy.filter(({ Sid }) => Sid === 'FilesAreCreateOnly');
    const pipEndings = ['.whl', '.metadata', '.tar.gz', '.zip', '.tar.bz2'];
    expect(deny.map((statement) => ({ ...statement, Resource: statement.Resource.toSorted() }))).toEqual([
      {
        Sid: 'FilesAreCreateOnly',
        Effect: 'Deny',
        Principal: { AWS: ['*'] },
        Action: ['s3:PutObject'],
        Resource: [
          ...['conda/*.conda', 'conda/*.tar.bz2', 'staging/conda/*.conda', 'staging/conda/*.tar.bz2'],
          ...pipEndings.flatMap((ending) => [`simple/*${ending}`, `staging/simple/*${ending}`]),
          '_gatehouse/names/*',
          ...['ledger/*', 'held/*', 'staging/ledger/*', 'staging/held/*'].map((key) => `_gatehouse/${key}`),
          `_gatehouse/recalled/${'?'.repeat(64)}`,
        ]
          .map((key) => `${bucket}/${key}`)
          .sort(),
        Condition: { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } },
      },
    ]);
    const asAllow = deny.map((statement): Statement => ({ ...statement, Effect: 'Allow' }));
    const files = [...packages, ...wheels, ...sdists];
    for (const key of [...files, ...files.map(stagedPath), ...usedNames, ...kept, recalledKey(sha256)]) {
      expect(allows(asAllow, 's3:PutObject', `${bucket}/${key}`)).toBe(true);
    }
    const rewritten = [
      ...indexFiles,
      ...pages,
      ledgerHeadKey,
      recallKey(sha256),
      verdictKey('noarch/a-1-0.conda', sha256),
    ];
    for (const key of [...rewritten, ...rewritten.map(stagedPath)])
      expect(allows(asAllow, 's3:PutObject', `${bucket}/${key}`)).toBe(false);
  });

  test('frees no name that was used and loses no record of the gate, whoever asks, and lets everything else be deleted by who may', () => {
    const deny = policy.filter(({ Sid }) => Sid === 'NamesAndRecordsStay');
    expect(deny).toMatchObject([{ Effect: 'Deny', Principal: { AWS: ['*'] } }]);
    const asAllow = deny.map((statement): Statement => ({ ...statement, Effect: 'Allow' }));
    const stays = /^(?:used names|verdicts|ledger|recalled bytes|recalls)(?:, staged)?$/;
    const [own, others] = [true, false].map((is) => kinds.filter(({ kind }) => stays.test(kind) === is));
    for (const action of ['s3:DeleteObject', 's3:DeleteObjectVersion']) {
      const kept = kinds.flatMap(({ keys }) => keys).filter((key) => allows(asAllow, action, `${bucket}/${key}`));
      expect(kept).toEqual(own?.flatMap(({ keys }) => keys));
      expect([own?.length, others?.length]).toEqual([7, kinds.length - 7]);
    }
  });

  test('refuses what is not TLS 1.2', () => {
    const conditions = policy.filter(({ Effect, Action }) => Effect === 'Deny' && Action.includes('s3:*'));
    expect(conditions.map(({ Condition }) => Condition)).toEqual([
      { Bool: { 'aws:SecureTransport': 'false' } },
      { NumericLessThan: { 's3:TlsVersion': 1.2 } },
    ]);
  });

  const allowed = policy.filter(({ Effect }) => Effect === 'Allow');
  const reads = (key: string) => allows(allowed, 's3:GetObject', `${bucket}/${key}`);

  test('lets this distribution alone in', () => {
    const [distribution] = template.of('AWS::CloudFront::Distribution');
    const arn = `arn:<AWS::Partition>:cloudfront::<AWS::AccountId>:distribution/<${distribution?.id}>`;
    expect(allowed.map(({ Principal, Condition }) => [Principal, Condition?.['StringEquals']])).toEqual([
      [{ Service: ['cloudfront.amazonaws.com'] }, { 'AWS:SourceArn': arn }],
      [{ Service: ['cloudfront.amazonaws.com'] }, { 'AWS:SourceArn': arn }],
    ]);
  });

  test('shows it what is served, and nothing private', () => {
    const ofASide = [...packages, ...indexFiles, ...wheels, ...sdists, ...pages];
    const served = [
      ...ofASide,
      ...ofASide.map(stagedPath),
      'index.html',
      'robots.txt',
      'snapshots/v1/noarch/repodata.json',
    ];
    expect(served.filter((key) => !reads(key))).toEqual([]);
    const hidden = kinds.flatMap(({ keys }) => keys).filter((key) => key.startsWith('_gatehouse'));
    expect(hidden.length).toBeGreaterThan(10);
    expect(hidden.filter(reads)).toEqual([]);
  });

  test('lets it learn what is not there, and change nothing', () => {
    expect(allows(allowed, 's3:ListBucket', bucket)).toBe(true);
    expect(new Set(allowed.flatMap(({ Action }) => Action))).toEqual(new Set(['s3:GetObject', 's3:ListBucket']));
  });
});
