import { Stack, Validations } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';
import { constructId } from '../resources/queues.ts';
import { type ChannelBucket, cfnBucketOf } from '../resources/storage.ts';
import type { Settings } from '../settings/settings.ts';
import { access } from './permissions.ts';

/** The path of a construct below the channel, cdk-nag's rule, and why what it finds there is no fault. */
type Finding = readonly [path: string, rule: string, reason: string];

const deadLetters = ['Event', 'Plan', 'Job', 'Index', 'Proof', 'Sweep'].map((name) => `${name}DeadLetters`);
const eventSources = ['Scraper', 'Downloader', 'Indexer', 'Prover', 'Sweeper'].map((name) => `${name}/Queue`);

const always: readonly Finding[] = [
  ...deadLetters.map((path): Finding => [path, 'Serverless-SQSRedrivePolicy', 'It is where messages are given up to.']),
  ...eventSources.map(
    (path): Finding => [
      path,
      'Serverless-LambdaEventSourceMappingDestination',
      'For streams; the queue has its own dead letters.',
    ],
  ),
];

const unlogged: Finding = [
  'Bucket',
  'AwsSolutions-S1',
  'Whether reads are logged, and where, is for the organisation: `accessLogs`, or CloudTrail.',
];

/** What the props of a distribution would mend. */
function ofDistribution({ geoAllow, geoDeny, webAclArn }: Settings, isLogged: boolean): Finding[] {
  const everywhere = 'A channel is served wherever its people are.';
  const unfiltered = 'GET and HEAD of static files, behind a function that knows each key.';
  const unlogged = 'Logs say who installs what: an organisation turns them on knowingly.';
  return [
    ...finding(geoAllow === undefined && geoDeny === undefined, 'AwsSolutions-CFR1', everywhere),
    ...finding(webAclArn === undefined, 'AwsSolutions-CFR2', unfiltered),
    ...finding(!isLogged, 'AwsSolutions-CFR3', unlogged),
  ];
}

const finding = (isFound: boolean, rule: string, reason: string): Finding[] =>
  isFound ? [['Distribution', rule, reason]] : [];

const withoutDomain: readonly Finding[] = [
  ['Distribution', 'AwsSolutions-CFR4', "CloudFront's own certificate allows TLS 1.0; with `domain` 1.2 is least."],
];

const withTopic: readonly Finding[] = [
  ['Alarms', 'Serverless-SNSRedrivePolicy', 'An alarm that could not be mailed still shows in CloudWatch.'],
];

interface Found {
  readonly bucket: ChannelBucket;
  readonly settings: Settings;
  /** Whether access is logged. */
  readonly isLogged: boolean;
}

/** Tells cdk-nag which of its findings stand on purpose; test/lib/stack/cdk-nag.ts fails at any other. */
export function acknowledgeFindings(channel: Construct, { bucket, settings, isLogged }: Found) {
  const { cdn, domain, email } = settings;
  const findings = [
    ...always,
    ...inRoles(bucket),
    ...(isLogged || cfnBucketOf(bucket) === null ? [] : [unlogged]),
    ...(cdn ? ofDistribution(settings, isLogged) : []),
    ...(cdn && domain === undefined ? withoutDomain : []),
    ...(email === undefined ? [] : withTopic),
  ];
  for (const [path, rule, reason] of findings) {
    const [pack] = rule.split('-');
    const construct = path.split('/').reduce((parent: IConstruct, id) => parent.node.findChild(id), channel);
    Validations.of(construct).acknowledge({ id: `${pack}::${rule}`, reason });
  }
}

/** cdk-nag takes any `*` in a statement's resource for a wildcard. */
function inRoles(bucket: ChannelBucket): Finding[] {
  const cfnBucket = cfnBucketOf(bucket);
  const arn =
    cfnBucket === null
      ? `arn:<AWS::Partition>:s3:::${bucket.bucketName}`
      : `<${Stack.of(bucket).getLogicalId(cfnBucket)}.Arn>`;
  return Object.entries(access).flatMap(([name, { read, write = [], delete: deleted = [] }]) => {
    const role = `${constructId(name)}Role`;
    const patterns = new Set([...read, ...write, ...deleted].filter((pattern) => pattern.includes('*')));
    return [
      [role, 'AwsSolutions-IAM5[Resource::*]', "X-Ray's two actions to send traces know no resource."],
      ...[...patterns].map(
        (pattern): Finding => [
          role,
          `AwsSolutions-IAM5[Resource::${arn}/${pattern}]`,
          'Keys behind a prefix, or before a whole file name: lib/access/permissions.ts.',
        ],
      ),
    ];
  });
}
