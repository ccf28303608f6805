import type { Duration } from 'aws-cdk-lib';
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { GeoRestriction, PriceClass } from 'aws-cdk-lib/aws-cloudfront';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { Schedule } from 'aws-cdk-lib/aws-events';
import type { IManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Bucket, IBucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { FunctionName } from '../bundle/bundle-functions.ts';

/** What one function gets. */
export interface FunctionSize {
  /** MB; 1,769 is one whole processor. New accounts may be held to 3,008. */
  readonly memory: number;
  /** MB of /tmp. */
  readonly scratch: number;
  /** Seconds. */
  readonly timeout: number;
}

/** The functions whose size can be said: all that do a channel's work. */
type SizedFunction = Exclude<FunctionName, 'deploy-files'>;

/** Where the functions run. */
export interface NetworkProps {
  /**
   * The VPC that all functions run in. They need a way out to the upstream channels and indexes, to S3, SQS and CloudFront.
   *
   * @default - the functions run outside of any VPC
   */
  readonly vpc?: IVpc;
  /**
   * The subnets of `vpc` that they run in.
   *
   * @default - its private subnets
   */
  readonly vpcSubnets?: SubnetSelection;
  /**
   * The security groups of all functions.
   *
   * @default - one group, which lets nothing in and everything out
   */
  readonly securityGroups?: ISecurityGroup[];
}

/** What is in front of the bucket. */
interface DeliveryProps {
  /**
   * Whether CloudFront is.
   *
   * @default true
   */
  readonly cdn?: boolean;
  /**
   * The channel's own host name. Goes with `certificate`.
   *
   * @default - the distribution's
   */
  readonly domain?: string;
  /**
   * The certificate of `domain`, in us-east-1: CloudFront takes no other.
   *
   * @default - CloudFront's own
   */
  readonly certificate?: Pick<ICertificate, 'certificateArn'>;
  /**
   * Whether CloudFront is told to forget an index that changed, instead of letting it age for a minute.
   *
   * @default false
   */
  readonly invalidate?: boolean;
  /**
   * Which of CloudFront's edges serve the channel.
   *
   * @default PriceClass.PRICE_CLASS_ALL
   */
  readonly priceClass?: PriceClass;
  /**
   * The countries that the channel is served to, or is not.
   *
   * @default - it is served everywhere
   */
  readonly geoRestriction?: GeoRestriction;
  /**
   * The ARN of a WAF web ACL that every request passes, by address or otherwise: of WAF v2 and of scope CLOUDFRONT, which
   * is made in us-east-1.
   *
   * @default - none
   */
  readonly webAclArn?: string;
}

/** A channel: what it is made of, how it is kept up, served, watched and locked up. */
export interface CondaChannelProps extends DeliveryProps, NetworkProps {
  /**
   * The path of allowlist.json.
   *
   * @default - this repository's
   */
  readonly allowlist?: string;
  /**
   * The path of a folder of hotfixes, `<subdir>.json` each.
   *
   * @default - `patches` beside the allowlist
   */
  readonly patches?: string;
  /**
   * A bucket that is there, in the stack's region: docs/operations.md, "A bucket of your own". It is encrypted by S3 itself, whatever
   * `encryptionKey` says, and logs its own access.
   *
   * @default - a new one
   */
  readonly bucket?: IBucket;
  /**
   * The secret whose text is a netrc (docs/networks.md): what upstreams that want credentials are asked with. Its whole ARN has six characters
   * behind the name. The four functions that ask upstreams may read it, and no others; one that a key of yours encrypts needs
   * `secret.grantRead(channel.functions.scraper)` too, and so for `downloader`, `indexer` and `sweeper`.
   *
   * @default - upstreams are asked without
   */
  readonly netrcSecret?: Pick<ISecret, 'secretArn'>;
  /**
   * When a sync starts by itself, in UTC; a change to the allowlist starts one at once, whatever this says.
   *
   * @default Schedule.rate(Duration.days(7))
   */
  readonly schedule?: Schedule | 'off';
  /**
   * When every file that is served is looked at again, in UTC, with the advisories of then.
   *
   * @default Schedule.rate(Duration.days(1))
   */
  readonly sweep?: Schedule | 'off';
  /**
   * For how long a package that no entry needs any more stays in the index: whole days, up to 3,650.
   *
   * @default Duration.days(90)
   */
  readonly retain?: Duration;
  /**
   * How many invocations all queues together may have at a time, 10 to 16: the concurrency of a small account.
   *
   * @default 16
   */
  readonly concurrency?: number;
  /**
   * What functions get, where it is not what `lib/pipeline/functions.ts` says.
   *
   * @default - 1,024 to 3,008 MB, and up to 15 minutes
   */
  readonly sizes?: Readonly<Partial<Record<SizedFunction, Partial<FunctionSize>>>>;
  /**
   * Whether `forms` may ask for repodata.json.bz2 and `packageFormat` for .tar.bz2, for conda before 4.7. Brings compressjs
   * (GPL-2.0) into the indexer and the downloader.
   *
   * @default false
   */
  readonly bz2?: boolean;
  /**
   * Whether there are alarms, and the dashboard that shows them. Without them nobody hears that something fails.
   *
   * @default true
   */
  readonly alarms?: boolean;
  /**
   * A topic that is told of each alarm.
   *
   * @default - one of the channel's own where there is an `email`, else none
   */
  readonly alarmTopic?: Pick<ITopic, 'topicArn'>;
  /**
   * An address that each alarm is mailed to.
   *
   * @default - none
   */
  readonly email?: string;
  /**
   * A key of KMS that encrypts bucket, queues, logs and the topic of the alarms. What services need of it is added to its
   * policy where that is this app's; of a key that is only named, it has to be there.
   *
   * @default - keys of S3, SQS and CloudWatch
   */
  readonly encryptionKey?: IKey;
  /**
   * A bucket for S3's access logs (below `s3/`) and CloudFront's (below `cloudfront/`), with ACLs enabled (object ownership
   * BUCKET_OWNER_PREFERRED), for CloudFront, and encrypted by S3's own key, for S3.
   *
   * @default - who reads what is logged nowhere
   */
  readonly accessLogs?: IBucket | Bucket;
  /**
   * The permissions boundary of all roles.
   *
   * @default - none, or the one of the stack or app
   */
  readonly permissionsBoundary?: IManagedPolicy;
  /**
   * Folders of bundled functions, by `bundleFunctions`.
   *
   * @default - they are bundled here and now
   */
  readonly bundles?: Readonly<Record<FunctionName, string>>;
}
