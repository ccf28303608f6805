import { Duration } from 'aws-cdk-lib';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import { S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { servedPatterns } from './access/reader-access.ts';
import { compileEdge } from './edge/compile-edge.ts';
import type { Functions } from './pipeline/pipeline.ts';
import { expectAcls } from './resources/access-logs.ts';
import type { ChannelBucket, ChannelStorage } from './resources/storage.ts';
import { accountName } from './settings/account-name.ts';
import type { Settings } from './settings/settings.ts';

interface DeliveryOptions {
  readonly settings: Settings;
  /** The channel's, by its allowlist. */
  readonly name: string;
  /** Where CloudFront logs requests, below `cloudfront/`. */
  readonly accessLogs?: s3.IBucket | s3.Bucket | undefined;
}

/** CloudFront in front of the bucket; every request goes through the edge function first. */
export function channelDelivery(
  scope: Construct,
  { bucket, policy }: ChannelStorage,
  { settings, name, accessLogs }: DeliveryOptions,
): cloudfront.Distribution {
  if (accessLogs !== undefined) expectAcls(accessLogs);
  const behavior = serving(scope, bucket, name);
  const distribution = new cloudfront.Distribution(scope, 'Distribution', {
    comment: 'Gatehouse: a conda channel',
    defaultBehavior: { ...behavior, responseHeadersPolicy: headers(scope, 'Headers', []) },
    additionalBehaviors: {
      // Below simple/ the edge function chooses by Accept. The pattern is matched before that, so it allows /t/TOKEN/.
      '*simple/*': { ...behavior, responseHeadersPolicy: headers(scope, 'NegotiatedHeaders', [varyByAccept]) },
    },
    defaultRootObject: 'index.html',
    errorResponses: [403, 404].map((httpStatus) => ({ httpStatus, ttl: Duration.seconds(10) })),
    httpVersion: cloudfront.HttpVersion.HTTP2_AND_3,
    ...ownDomain(scope, settings),
    ...limits(settings),
    ...(accessLogs && { logBucket: asInterface(scope, 'AccessLogs', accessLogs), logFilePrefix: 'cloudfront/' }),
  });
  policy.document.addStatements(...served(bucket, distribution));
  return distribution;
}

const varyByAccept: cloudfront.ResponseCustomHeader = { header: 'Vary', value: 'Accept', override: true };

function serving(scope: Construct, bucket: ChannelBucket, name: string): cloudfront.BehaviorOptions {
  const { originAccessControlId } = new cloudfront.S3OriginAccessControl(scope, 'OriginAccess', {
    originAccessControlName: accountName(scope, 'OriginAccess', 64),
  });
  return {
    // The policy is our own (`served`): withOriginAccessControl would let it read the private keys.
    origin: S3BucketOrigin.withBucketDefaults(asInterface(scope, 'Origin', bucket), { originAccessControlId }),
    viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
    allowedMethods: cloudfront.AllowedMethods.ALLOW_GET_HEAD,
    // Caches by the path alone, which the edge function has made a key, Accept having had its say by then; for as long
    // as the object's Cache-Control says: s-maxage where it has one.
    cachePolicy: new cloudfront.CachePolicy(scope, 'CachePolicy', {
      cachePolicyName: accountName(scope, 'CachePolicy', 128),
      minTtl: Duration.seconds(0),
      defaultTtl: Duration.seconds(60),
      maxTtl: Duration.days(365),
    }),
    // A client would check the hash of a package against the encoded bytes, so nothing has a Content-Encoding.
    compress: false,
    functionAssociations: [
      { eventType: cloudfront.FunctionEventType.VIEWER_REQUEST, function: edgeFunction(scope, name) },
    ],
  };
}

/** The same bucket in the type that the CDK takes, which `exactOptionalPropertyTypes` tells apart from `Bucket`. */
function asInterface(scope: Construct, id: string, bucket: s3.IBucket | s3.Bucket): s3.IBucket {
  const { bucketArn, bucketRegionalDomainName } = bucket;
  return s3.Bucket.fromBucketAttributes(scope, id, { bucketArn, bucketRegionalDomainName });
}

/** Who is served, and from where. */
const limits = ({ priceClass, geoAllow, geoDeny, webAclArn }: Settings): Partial<cloudfront.DistributionProps> => ({
  ...(priceClass && { priceClass }),
  ...(geoAllow && { geoRestriction: cloudfront.GeoRestriction.allowlist(...geoAllow) }),
  ...(geoDeny && { geoRestriction: cloudfront.GeoRestriction.denylist(...geoDeny) }),
  ...(webAclArn && { webAclId: webAclArn }),
});

const edgeFunction = (scope: Construct, name: string): cloudfront.Function =>
  new cloudfront.Function(scope, 'Edge', {
    functionName: accountName(scope, 'Edge', 64),
    comment: 'Gatehouse: URL to key',
    runtime: cloudfront.FunctionRuntime.JS_2_0,
    code: cloudfront.FunctionCode.fromInline(compileEdge(name)),
  });

const headers = (scope: Construct, id: string, more: readonly cloudfront.ResponseCustomHeader[]) =>
  new cloudfront.ResponseHeadersPolicy(scope, id, {
    responseHeadersPolicyName: accountName(scope, id, 128),
    securityHeadersBehavior: {
      contentTypeOptions: { override: true },
      strictTransportSecurity: { accessControlMaxAge: Duration.days(365), includeSubdomains: false, override: true },
    },
    ...(more.length === 0 ? {} : { customHeadersBehavior: { customHeaders: [...more] } }),
  });

function ownDomain(scope: Construct, { domain, certificateArn }: Settings) {
  if (domain === undefined || certificateArn === undefined) return {};
  return {
    domainNames: [domain],
    minimumProtocolVersion: cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
    certificate: acm.Certificate.fromCertificateArn(scope, 'Certificate', certificateArn),
  };
}

/**
 * This distribution may read what is served, and nothing else. It may list so that S3 says 404, not 403, of what is not
 * there (pixi stops at a 403, conda takes it for an empty subdir). S3 weighs that without a prefix, so the condition
 * binds only a real listing; none can come, for the edge function lets no path through that is not a key, and no query.
 */
function served(bucket: ChannelBucket, distribution: cloudfront.Distribution): iam.PolicyStatement[] {
  const principals = [new iam.ServicePrincipal('cloudfront.amazonaws.com')];
  const onlyThisOne = { StringEquals: { 'AWS:SourceArn': distribution.distributionArn } };
  return [
    new iam.PolicyStatement({
      sid: 'CloudFrontReads',
      principals,
      actions: ['s3:GetObject'],
      resources: servedPatterns.map((pattern) => bucket.arnForObjects(pattern)),
      conditions: onlyThisOne,
    }),
    new iam.PolicyStatement({
      sid: 'CloudFrontLearnsWhatIsMissing',
      principals,
      actions: ['s3:ListBucket'],
      resources: [bucket.bucketArn],
      conditions: { ...onlyThisOne, StringLikeIfExists: { 's3:prefix': ['', ...servedPatterns] } },
    }),
  ];
}

/** Tells those that may what distribution to invalidate, and by which name its channel is asked for. */
export function letInvalidate(
  distribution: cloudfront.Distribution,
  { indexer, sweeper }: Functions,
  { settings: { invalidate }, name }: DeliveryOptions,
): void {
  // The sweeper whatever the setting says: what is recalled must leave the edges, which keep packages for a year.
  for (const fn of [...(invalidate ? [indexer] : []), sweeper]) {
    fn.addEnvironment('GATEHOUSE_DISTRIBUTION_ID', distribution.distributionId);
    fn.addEnvironment('GATEHOUSE_SERVED_NAME', name);
    fn.addToRolePolicy(
      new iam.PolicyStatement({
        sid: 'Invalidate',
        actions: ['cloudfront:CreateInvalidation'],
        resources: [distribution.distributionArn],
      }),
    );
  }
}
