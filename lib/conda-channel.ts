import { join, resolve } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import type { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import type { Alarm, Dashboard, Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { accessStatements } from './access/access-statements.ts';
import { acknowledgeFindings } from './access/acknowledge-findings.ts';
import type { Access } from './access/permissions.ts';
import { type PublishRights, publisherAccess } from './access/publisher-access.ts';
import { type ReadRights, readerAccess } from './access/reader-access.ts';
import type { FunctionName } from './bundle/bundle-functions.ts';
import { bundledOnce } from './bundle/bundled-once.ts';
import { channelDelivery, letInvalidate } from './delivery.ts';
import { deployFiles, expectBzip2 } from './pipeline/deployed-files.ts';
import { describeStack } from './pipeline/described-stack.ts';
import { functionsNetwork } from './pipeline/functions.ts';
import { type ChannelMetricName, counted, countedBy } from './pipeline/metrics.ts';
import { channelPipeline, channelQueues, type Functions } from './pipeline/pipeline.ts';
import { logAccess } from './resources/access-logs.ts';
import { bucketSetup } from './resources/bucket-setup.ts';
import { letServicesUse } from './resources/encryption.ts';
import { encryptedQueue, type QueueName, type WorkQueue } from './resources/queues.ts';
import { type ChannelBucket, channelStorage } from './resources/storage.ts';
import { expectCloudFront } from './settings/cloudfront-partition.ts';
import type { CondaChannelProps } from './settings/props.ts';
import { readRepository } from './settings/repository-files.ts';
import { settingsOf } from './settings/settings.ts';
import { alarmActions, toldOfAlarms } from './watch/alarm-actions.ts';
import { channelAlarms, watchesAlarm } from './watch/alarms.ts';
import { channelDashboard } from './watch/dashboard.ts';

const root = resolve(import.meta.dirname, '..');

/**
 * An organisation's conda channel and pip index: bucket, pipeline, alarms and, unless `cdn` is off, CloudFront.
 *
 * @example
 * new CondaChannel(this, 'Channel', { allowlist: 'allowlist.json', retain: Duration.days(30) });
 */
export class CondaChannel extends Construct {
  readonly bucket: ChannelBucket;
  /** The bucket's whole policy, for statements of your own. */
  readonly bucketPolicy: s3.BucketPolicy;
  readonly queues: Readonly<Record<QueueName, WorkQueue>>;
  /** Takes the events that no function could handle. */
  readonly eventDeadLetters: Queue;
  readonly functions: Functions;
  readonly distribution: Distribution | null;
  /** What clients name as their channel, or null without CloudFront. */
  readonly url: string | null;
  /** What pip names as its index, or null without CloudFront. */
  readonly indexUrl: string | null;
  /** None where `alarms` is off. */
  readonly alarms: readonly Alarm[];
  readonly dashboard: Dashboard | null;
  /** Who is told of alarms, or that nobody is. */
  readonly toldOfAlarms: string;
  private readonly allowlist: string;
  /** The key that encrypts bucket and queues, where it is not AWS's own. */
  readonly encryptionKey: IKey | undefined;

  /** @throws with a line for each prop that is unknown or has no such value; when there is no allowlist */
  constructor(scope: Construct, id: string, props: CondaChannelProps = {}) {
    super(scope, id);
    const { allowlist = join(root, 'allowlist.json'), patches, bundles, bucket: existing, ...others } = props;
    const { vpc, vpcSubnets, securityGroups, encryptionKey, accessLogs, permissionsBoundary: _, ...given } = others;
    const settings = settingsOf(given, `The props of ${this.node.path}`);
    expectCloudFront(Stack.of(this).region, settings);
    const repository = readRepository({ allowlist, patches });
    expectBzip2(repository.allowlist, allowlist, settings);
    this.allowlist = allowlist;
    this.encryptionKey = encryptionKey;
    this.eventDeadLetters = encryptedQueue(this, 'EventDeadLetters', encryptionKey);
    this.queues = channelQueues(this, settings, encryptionKey);
    const storage = channelStorage(this, this.queues, { existing, encryptionKey });
    this.bucket = storage.bucket;
    this.bucketPolicy = storage.policy;
    this.functions = channelPipeline(this, {
      bucket: this.bucket,
      queues: this.queues,
      deadLetters: this.eventDeadLetters,
      settings,
      network: functionsNetwork(this, others),
      encryptionKey,
      bundles: bundles ?? bundledOnce(this, settings),
    });
    const deployer = this.functions['deploy-files'];
    bucketSetup(this, deployer, { bucket: this.bucket, exists: existing !== undefined, queues: this.queues });
    const delivery = { settings, name: repository.allowlist.name, accessLogs };
    this.distribution = settings.cdn ? channelDelivery(this, storage, delivery) : null;
    if (this.distribution !== null) letInvalidate(this.distribution, this.functions, delivery);
    const origin = this.distribution && `https://${settings.domain ?? this.distribution.distributionDomainName}`;
    this.url = origin && `${origin}/${delivery.name}`;
    this.indexUrl = origin && `${origin}/simple/`;
    const actions = alarmActions(this, { settings, encryptionKey });
    const watched = { functions: this.functions, queues: this.queues, deadLetters: this.eventDeadLetters };
    const alarms = settings.alarms ? channelAlarms(this, { ...watched, actions }) : [];
    const files = deployFiles(this, repository.files, deployer);
    this.alarms = settings.alarms ? [...alarms, watchesAlarm(this, actions, files)] : [];
    this.dashboard = settings.alarms ? channelDashboard(this, { ...watched, alarms: this.alarms }) : null;
    this.toldOfAlarms = toldOfAlarms(settings);
    describeStack(this, { ...watched, url: this.url, allowlist, deployer });
    applyToAll(this, others);
    acknowledgeFindings(this, { bucket: this.bucket, settings, isLogged: accessLogs !== undefined });
  }

  /**
   * Lets a role publish with `gatehouse publish --store s3://BUCKET`: into staging (`--to staging`), or into the channel, for
   * which it also promotes. It takes names and puts in files of reserved names that are not there; it overwrites, lists and
   * deletes nothing: the indexer lists what comes in.
   *
   * @throws where nothing is reserved, or the grantee's policy is not this app's to change, such as another account's
   */
  grantPublish(grantee: iam.IGrantable, rights: PublishRights): void {
    this.grant(grantee, publisherAccess(rights, this.allowlist));
  }

  /**
   * Lets a role read the bucket itself, as a mirror, a scanner or an auditor does: all that is served, and with `records`
   * what is known of it below `_gatehouse/` too. It may list the whole bucket, so it sees the names of all keys.
   *
   * @throws where the grantee's policy is not this app's to change, such as another account's
   */
  grantRead(grantee: iam.IGrantable, rights: ReadRights = {}): void {
    this.grant(grantee, [readerAccess(rights)]);
  }

  private grant(grantee: iam.IGrantable, access: readonly Access[]): void {
    // Two statements of one name make a policy invalid, and one role may be granted both, or several channels.
    for (const { sid: _, ...statement } of access.flatMap((each) => accessStatements(each, this))) {
      const { statementAdded } = grantee.grantPrincipal.addToPrincipalPolicy(new iam.PolicyStatement(statement));
      if (!statementAdded) throw new Error(`${this.node.path}: only a role or user of this app can be granted that`);
    }
  }

  /** The function that begins a sync when it is invoked with `{ id, source }`, two texts; once for each id. */
  get syncFunction(): lambda.Function {
    return this.functions.scraper;
  }

  /**
   * A metric that the functions count themselves: its sum of 5 minutes, or the most of what is a level. What AWS counts is
   * had from the members: `channel.functions.prover.metricErrors()`.
   */
  metric(name: ChannelMetricName, options?: MetricOptions): Metric {
    return counted(this, { metricName: name, by: countedBy[name], ...options });
  }

  /** Messages of one function that failed: each is tried again, or ends as a dead letter. */
  metricFailed(by: FunctionName, options?: MetricOptions): Metric {
    return counted(this, { metricName: 'Failed', by, ...options });
  }

  /** Problems of a plan, for which it removes nothing, or an entry is not in it. */
  metricPlanProblems(options?: MetricOptions): Metric {
    return this.metric('PlanProblems', options);
  }

  /** Packages and files for pip that could not be fetched by the end of a run. */
  metricArtifactsGivenUp(options?: MetricOptions): Metric {
    return this.metric('ArtifactsGivenUp', options);
  }

  /** Files that the last plan would have taken, and that the gate lets wait. */
  metricFilesWaiting(options?: MetricOptions): Metric {
    return this.metric('FilesWaiting', options);
  }

  /** Packages that came in. */
  metricPackagesFetched(options?: MetricOptions): Metric {
    return this.metric('PackagesFetched', options);
  }

  /** Files in the bucket that could not be indexed. */
  metricIndexProblems(options?: MetricOptions): Metric {
    return this.metric('IndexProblems', options);
  }

  /** Entries of the allowlist that do not install from the channel alone. */
  metricEntriesFailing(options?: MetricOptions): Metric {
    return this.metric('EntriesFailing', options);
  }

  /** Entries that do not any more, and did at the proof before. */
  metricEntriesLost(options?: MetricOptions): Metric {
    return this.metric('EntriesLost', options);
  }

  /** Files that were served, turned bad and were taken back. */
  metricFilesRecalled(options?: MetricOptions): Metric {
    return this.metric('FilesRecalled', options);
  }
}

/** What holds for all that there is of a channel. */
function applyToAll(channel: CondaChannel, props: CondaChannelProps): void {
  const { encryptionKey, accessLogs, permissionsBoundary } = props;
  if (encryptionKey !== undefined) letServicesUse(encryptionKey, channel);
  if (accessLogs !== undefined) logAccess(channel.bucket, accessLogs);
  if (permissionsBoundary !== undefined) iam.PermissionsBoundary.of(channel).apply(permissionsBoundary);
}
