import { describe, expect, test } from 'vitest';
import { plain } from './templates.ts';

const bucket = plain.one('AWS::S3::Bucket', 'ChannelBucket');

describe('the bucket', () => {
  test('is private, versioned, encrypted, and outlives its stack', () => {
    expect(bucket).toMatchObject({ DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' });
    expect(bucket.Properties).toMatchObject({
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      VersioningConfiguration: { Status: 'Enabled' },
    });
    expect(bucket.Properties).not.toHaveProperty('WebsiteConfiguration');
    expect(bucket.Properties).not.toHaveProperty('AccessControl');
  });

  test('forgets old versions, cut-off uploads and working files', () => {
    expect(bucket.Properties['LifecycleConfiguration']).toEqual({
      Rules: [
        expect.objectContaining({
          NoncurrentVersionExpiration: { NoncurrentDays: 14 },
          AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 },
          ExpiredObjectDeleteMarker: true,
        }),
        expect.objectContaining({ Prefix: '_gatehouse/incoming/', ExpirationInDays: 2 }),
        expect.objectContaining({ Prefix: '_gatehouse/runs/', ExpirationInDays: 14 }),
      ],
    });
  });
});
