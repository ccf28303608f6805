import { dirname, join, resolve } from 'node:path';
import { CfnOutput, Stack, type StackProps, Stage } from 'aws-cdk-lib';
import type { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import type { Alarm, Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { accessStatements } from './access-statements.ts';
import { acknowledgeFindings } from './acknowledge-findings.ts';
import { toldOfAlarms } from './alarm-actions.ts';
import { channelAlarms } from './alarms.ts';
import { bundleFunctions, type FunctionName } from './bundle-functions.ts';
import { channelDashboard } from './dashboard.ts';
import { channelDelivery } from './delivery.ts';
import { deployFiles, expectBzip2 } from './deployed-files.ts';
import { sizeOf } from './functions.ts';
import { channelPipeline, type Functions } from './pipeline.ts';
import { type PublishRights, publisherAccess } from './publisher-access.ts';
import { encryptedQueue, type QueueName, type WorkQueue, work, workQueue } from './queues.ts';
import { readSettings, type Settings, type SettingsInput } from './settings.ts';
import { channelBucket } from './storage.ts';

export interface CondaChannelProps extends SettingsInput {
  /** The path of allowlist.json; this repository's by default. */
  readonly allowlist?: string;
  /** A folder of hotfixes, `<subdir>.json` each; `patches` beside the allowlist by default. */
  readonly patches?: string;
  /** Folders of bundled functions, when they are not to be bundled here and now. */
  readonly bundles?: Readonly<Record<FunctionName, string>>;
}

const root = resolve(import.meta.dirname, '..');

/** An organisation's conda channel: bucket, pipeline and, unless `cdn` is off, CloudFront. */
export class CondaChannel extends Construct {
  readonly bucket: Bucket;
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
    const { allowlist = join(root, 'allowlist.json'), patches, bundles, ...given } = props;
    const settings = readSettings(given, `The props of ${this.node.path}`);
    expectBzip2(allowlist, settings);
    this.allowlist = allowlist;
    const deadLetters = encryptedQueue(this, 'EventDeadLetters');
    this.queues = channelQueues(this, settings);
    this.bucket = channelBucket(this, this.queues);
    this.functions = channelPipeline(this, {
      bucket: this.bucket,
      queues: this.queues,
      deadLetters,
      settings,
      bundles: bundles ?? bundled(this, settings),
    });
    const files = { allowlist, patches: patches ?? join(dirname(allowlist), 'patches') };
    deployFiles(this, files, this.functions['deploy-files']);
    this.distribution = settings.cdn ? channelDelivery(this, this.bucket, settings) : null;
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

/** Bundles into the app's output, which is thrown away. */
function bundled(scope: Construct, { bz2 }: Settings): Readonly<Record<FunctionName, string>> {
  const { outdir } = Stage.of(scope) ?? {};
  if (outdir === undefined) throw new Error('a channel is part of an app');
  return bundleFunctions(join(outdir, 'functions', scope.node.addr), { bz2 });
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

/** A stack of one channel, whose outputs are what its people need to know of it. */
export class ChannelStack extends Stack {
  readonly channel: CondaChannel;

  constructor(scope: Construct, id: string, props: StackProps & { readonly channel?: CondaChannelProps } = {}) {
    super(scope, id, { description: 'Gatehouse: a curated conda channel', ...props });
    this.channel = new CondaChannel(this, 'Channel', props.channel);
    const { url, indexUrl, bucket } = this.channel;
    new CfnOutput(this, 'Bucket', { value: bucket.bucketName, description: 'gatehouse COMMAND --store s3://BUCKET' });
    new CfnOutput(this, 'Alarms', { value: this.channel.toldOfAlarms, description: 'Who is told of alarms' });
    if (url === null) return;
    new CfnOutput(this, 'ChannelUrl', { value: url, description: 'conda create --override-channels -c URL' });
    new CfnOutput(this, 'Condarc', { value: `channels:\n  - ${url}\n  - nodefaults`, description: 'For .condarc' });
    new CfnOutput(this, 'PipConf', { value: `[global]\nindex-url = ${indexUrl}`, description: 'For pip.conf' });
  }
}
