import { describe, expect, test } from 'vitest';
import { stagedPath } from '../../../core/layout/sides.ts';
import { allows, type Statement, statementsOf } from '../../support/stack/stack-policies.ts';
import { indexFiles, kinds, packages, pages, sdists, usedNames, wheels } from './key-kinds.ts';
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
        ]
          .map((key) => `${bucket}/${key}`)
          .sort(),
        Condition: { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } },
      },
    ]);
    const asAllow = deny.map((statement): Statement => ({ ...statement, Effect: 'Allow' }));
    const files = [...packages, ...wheels, ...sdists];
    for (const key of [...files, ...files.map(stagedPath), ...usedNames]) {
      expect(allows(asAllow, 's3:PutObject', `${bucket}/${key}`)).toBe(true);
    }
    const rewritten = [...indexFiles, ...pages];
    for (const key of [...rewritten, ...rewritten.map(stagedPath)])
      expect(allows(asAllow, 's3:PutObject', `${bucket}/${key}`)).toBe(false);
  });

  test('frees no name that was used, whoever asks, and lets everything else be deleted by who may', () => {
    const deny = policy.filter(({ Sid }) => Sid === 'UsedNamesStay');
    expect(deny).toMatchObject([{ Effect: 'Deny', Principal: { AWS: ['*'] } }]);
    const asAllow = deny.map((statement): Statement => ({ ...statement, Effect: 'Allow' }));
    const others = kinds.filter(({ kind }) => kind !== 'used names').flatMap(({ keys }) => keys);
    for (const action of ['s3:DeleteObject', 's3:DeleteObjectVersion']) {
      const kept = [...usedNames, ...others].filter((key) => allows(asAllow, action, `${bucket}/${key}`));
      expect(kept).toEqual(usedNames);
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
