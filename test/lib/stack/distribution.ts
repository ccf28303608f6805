import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { certificateArn, full as template } from './templates.ts';

describe('the distribution', () => {
  const behavior = z.looseObject({
    PathPattern: z.string().optional(),
    FunctionAssociations: z.tuple([z.looseObject({ EventType: z.string(), FunctionARN: z.string() })]),
    ViewerProtocolPolicy: z.string(),
    AllowedMethods: z.array(z.string()),
    Compress: z.boolean(),
    CachePolicyId: z.string(),
    ResponseHeadersPolicyId: z.string(),
  });
  const schema = z.looseObject({
    DefaultCacheBehavior: behavior,
    CacheBehaviors: z.array(behavior),
    Origins: z.array(z.looseObject({})),
  });
  const [distribution] = template.of('AWS::CloudFront::Distribution');
  const config = schema.parse(distribution?.Properties['DistributionConfig']);
  const behaviors = [config.DefaultCacheBehavior, ...config.CacheBehaviors];

  test('puts the function before every request, takes TLS only, and encodes nothing', () => {
    const arn = `<${template.one('AWS::CloudFront::Function', 'ChannelEdge').id}.FunctionARN>`;
    for (const each of behaviors) {
      expect(each).toMatchObject({
        FunctionAssociations: [{ EventType: 'viewer-request', FunctionARN: arn }],
        ViewerProtocolPolicy: 'redirect-to-https',
        AllowedMethods: ['GET', 'HEAD'],
        Compress: false,
      });
    }
    expect(config).toMatchObject({
      DefaultRootObject: 'index.html',
      HttpVersion: 'http2and3',
      Aliases: ['conda.example.org'],
      ViewerCertificate: {
        AcmCertificateArn: certificateArn,
        MinimumProtocolVersion: 'TLSv1.2_2021',
        SslSupportMethod: 'sni-only',
      },
    });
  });

  test('signs what it asks of the bucket', () => {
    const control = template.one('AWS::CloudFront::OriginAccessControl', 'ChannelOriginAccess');
    expect(config.Origins).toEqual([
      expect.objectContaining({
        DomainName: `<${template.one('AWS::S3::Bucket', 'ChannelBucket').id}.RegionalDomainName>`,
        OriginAccessControlId: `<${control.id}.Id>`,
      }),
    ]);
    expect(control.Properties['OriginAccessControlConfig']).toMatchObject({
      SigningBehavior: 'always',
      SigningProtocol: 'sigv4',
    });
  });

  test('caches by the key alone, for as long as the object says, and an absence for 10 seconds', () => {
    const { Properties } = template.one('AWS::CloudFront::CachePolicy', 'ChannelCachePolicy');
    expect(Properties['CachePolicyConfig']).toMatchObject({
      MinTTL: 0,
      DefaultTTL: 60,
      MaxTTL: 31_536_000,
      ParametersInCacheKeyAndForwardedToOrigin: {
        CookiesConfig: { CookieBehavior: 'none' },
        HeadersConfig: { HeaderBehavior: 'none' },
        QueryStringsConfig: { QueryStringBehavior: 'none' },
        EnableAcceptEncodingGzip: false,
        EnableAcceptEncodingBrotli: false,
      },
    });
    expect(config).toMatchObject({
      CustomErrorResponses: [
        { ErrorCode: 403, ErrorCachingMinTTL: 10 },
        { ErrorCode: 404, ErrorCachingMinTTL: 10 },
      ],
    });
  });

  test('says so where Accept chose, and nosniff and HSTS everywhere', () => {
    const said = behaviors.map(({ PathPattern, ResponseHeadersPolicyId }) => {
      const id = ResponseHeadersPolicyId.slice(1, -1);
      return [PathPattern, JSON.stringify(template.one('AWS::CloudFront::ResponseHeadersPolicy', id).Properties)];
    });
    expect(said).toEqual([
      [undefined, expect.not.stringContaining('Vary')],
      ['*simple/*', expect.stringContaining('{"Header":"Vary","Override":true,"Value":"Accept"}')],
    ]);
    for (const [, policy] of said) {
      expect(policy).toContain('"ContentTypeOptions":{"Override":true}');
      expect(policy).toContain('"AccessControlMaxAgeSec":31536000');
    }
  });
});
