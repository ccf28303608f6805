import { join, resolve } from 'node:path';
import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import type { Alarm, Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { accessStatements } from './access-statements.ts';
import { acknowledgeFindings } from './acknowledge-findings.ts';
import { toldOfAlarms } from './alarm-actions.ts';
import { channelAlarms } from './alarms.ts';
import { bucketSetup } from './bucket-setup.ts';
import type { FunctionName } from './bundle-functions.ts';
import { bundledOnce } from './bundled-once.ts';
import { expectCloudFront } from './cloudfront-partition.ts';
import { channelDashboard } from './dashboard.ts';
import { channelDelivery } from './delivery.ts';
import { deployFiles, expectBzip2 } from './deployed-files.ts';
import { describeStack } from './described-stack.ts';
import { sizeOf } from './functions.ts';
import { channelPipeline, type Functions } from './pipeline.ts';
import { type PublishRights, publisherAccess } from './publisher-access.ts';
import { encryptedQueue, type QueueName, type WorkQueue, work, workQueue } from './queues.ts';
import { readRepository } from './repository-files.ts';
import { readSettings, type Settings, type SettingsInput } from './settings.ts';
import { type ChannelBucket, channelStorage } from './storage.ts';

export interface CondaChannelProps extends SettingsInput {
  /** The path of allowlist.json; this repository's by default. */
  readonly allowlist?: string;
  /** A folder of hotfixes, `<subdir>.json` each; `patches` beside the allowlist by default. */
  readonly patches?: string;
  /** A bucket that is there, in the stack's region: docs/operations.md, "A bucket of your own". A new one by default. */
  readonly bucket?: s3.IBucket;
  /** Folders of bundled functions, when they are not to be bundled here and now. */
  readonly bundles?: Readonly<Record<FunctionName, string>>;
}

const root = resolve(import.meta.dirname, '..');

/** An organisation's conda channel: bucket, pipeline and, unless `cdn` is off, CloudFront. */
export class CondaChannel extends Construct {
  readonly bucket: ChannelBucket;
  /** The bucket's whole policy, for statements of your own. */
  readonly bucketPolicy: s3.BucketPolicy;
  readonly queues: Readonly<Record<QueueName, WorkQueue>>;
  readonly functions: Functions;
  readonly distribution: Distribution | null;
  /** What clients name as their channel, or null without CloudFront. */
  readonly url: string | null;
  /** What pip names as its index, or null without CloudFront. */
  readonly indexUrl: string | null;
  readonly alarms: readonly Alarm[];
  readonly dashboard: Dashboard;
  /** Who is told of alarms, or that nobody is. */
  readonly toldOfAlarms: string;
  private readonly allowlist: string;

  constructor(scope: Construct, id: string, props: CondaChannelProps = {}) {
    super(scope, id);
    const { allowlist = join(root, 'allowlist.json'), patches, bundles, bucket: existing, ...given } = props;
    const settings = readSettings(given, `The props of ${this.node.path}`);
    expectCloudFront(Stack.of(this).region, settings);
    const repository = readRepository({ allowlist, patches });
    expectBzip2(repository.allowlist, allowlist, settings);
    this.allowlist = allowlist;
    const deadLetters = encryptedQueue(this, 'EventDeadLetters');
    this.queues = channelQueues(this, settings);
    const storage = channelStorage(this, this.queues, existing);
    this.bucket = storage.bucket;
    this.bucketPolicy = storage.policy;
    this.functions = channelPipeline(this, {
      bucket: this.bucket,
      queues: this.queues,
      deadLetters,
      settings,
      bundles: bundles ?? bundledOnce(this, settings),
    });
    const deployer = this.functions['deploy-files'];
    bucketSetup(this, deployer, { bucket: this.bucket, exists: existing !== undefined, queues: this.queues });
    this.distribution = settings.cdn ? channelDelivery(this, storage, settings) : null;
    if (this.distribution !== null) {
      if (settings.invalidate) letInvalidate(this.functions.indexer, this.distribution);
      // Whatever the setting says: what is recalled must leave the edges, which keep packages for a year.
      letInvalidate(this.functions.sweeper, this.distribution);
    }
    const origin = this.distribution && `https://${settings.domain ?? this.distribution.distributionDomainName}`;
    this.url = origin && `${origin}/conda`;
    this.indexUrl = origin && `${origin}/simple/`;
    const { functions, queues } = this;
    this.alarms = channelAlarms(this, { functions, queues, deadLetters, settings });
    this.dashboard = channelDashboard(this, { alarms: this.alarms, functions, queues, deadLetters });
    this.toldOfAlarms = toldOfAlarms(settings);
    deployFiles(this, repository.files, deployer);
    describeStack(this, { queues, functions, url: this.url, deadLetters, allowlist, deployer });
    acknowledgeFindings(this, this.bucket, settings);
  }

  /**
   * Lets a role publish with `gatehouse publish --store s3://BUCKET`: into staging (`--to staging`), or into the channel, for
   * which it also promotes. It takes names and puts in files of reserved names that are not there; it overwrites, lists and
   * deletes nothing: the indexer lists what comes in.
   *
   * @throws where nothing is reserved, or the grantee's policy is not this app's to change, such as another account's
   */
  grantPublish(grantee: iam.IGrantable, rights: PublishRights): void {
    // Two statements of one name make a policy invalid, and one role may be granted both, or several channels.
    const access = publisherAccess(rights, this.allowlist).flatMap((each) => accessStatements(each, this));
    for (const { sid: _, ...statement } of access) {
      const { statementAdded } = grantee.grantPrincipal.addToPrincipalPolicy(new iam.PolicyStatement(statement));
      if (!statementAdded) throw new Error(`${this.node.path}: only a role or user of this app can be let publish`);
    }
  }
}

function channelQueues(scope: Construct, settings: Settings): Readonly<Record<QueueName, WorkQueue>> {
  const make = (name: QueueName) => workQueue(scope, name, sizeOf(work[name].by, settings).timeout);
  return { plan: make('plan'), job: make('job'), index: make('index'), proof: make('proof'), sweep: make('sweep') };
}

function letInvalidate(fn: lambda.Function, distribution: Distribution): void {
  fn.addEnvironment('GATEHOUSE_DISTRIBUTION_ID', distribution.distributionId);
  fn.addToRolePolicy(
    new iam.PolicyStatement({
      sid: 'Invalidate',
      actions: ['cloudfront:CreateInvalidation'],
      resources: [distribution.distributionArn],
    }),
  );
}

export interface ChannelStackProps extends StackProps {
  readonly channel?: CondaChannelProps;
  /** The name of a bucket that is there, instead of `bucket` of the channel. */
  readonly bucketName?: string;
}

/** A stack of one channel, whose outputs are what its people need to know of it. */
export class ChannelStack extends Stack {
  readonly channel: CondaChannel;

  constructor(scope: Construct, id: string, { channel, bucketName, ...props }: ChannelStackProps = {}) {
    super(scope, id, { description: 'Gatehouse: a curated conda channel', ...props });
    const existing = bucketName && { bucket: s3.Bucket.fromBucketName(this, 'Existing', bucketName) };
    this.channel = new CondaChannel(this, 'Channel', { ...channel, ...existing });
    const { url, indexUrl, bucket } = this.channel;
    new CfnOutput(this, 'Bucket', { value: bucket.bucketName, description: 'gatehouse COMMAND --store s3://BUCKET' });
    new CfnOutput(this, 'Alarms', { value: this.channel.toldOfAlarms, description: 'Who is told of alarms' });
    if (url === null) return;
    new CfnOutput(this, 'ChannelUrl', { value: url, description: 'conda create --override-channels -c URL' });
    new CfnOutput(this, 'Condarc', { value: `channels:\n  - ${url}\n  - nodefaults`, description: 'For .condarc' });
    new CfnOutput(this, 'PipConf', { value: `[global]\nindex-url = ${indexUrl}`, description: 'For pip.conf' });
  }
}
