import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { CondaChannel } from './conda-channel.ts';
import { constructId } from './resources/queues.ts';
import type { CondaChannelProps } from './settings/props.ts';

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
    const existing = bucketName && { bucket: Bucket.fromBucketName(this, 'Existing', bucketName) };
    this.channel = new CondaChannel(this, 'Channel', { ...channel, ...existing });
    servedOutputs(this, this.channel);
    workOutputs(this, this.channel);
  }
}

/** Where the channel is, and what its people write down. */
function servedOutputs(stack: Stack, { bucket, url, indexUrl, distribution }: CondaChannel): void {
  new CfnOutput(stack, 'Bucket', { value: bucket.bucketName, description: 'gatehouse COMMAND --store s3://BUCKET' });
  if (url === null || distribution === null) return;
  new CfnOutput(stack, 'ChannelUrl', { value: url, description: 'conda create --override-channels -c URL' });
  const where = 'For .condarc, in the place of what an installer wrote there: docs/clients.md';
  new CfnOutput(stack, 'Condarc', { value: `channels:\n  - ${url}`, description: where });
  new CfnOutput(stack, 'PipConf', { value: `[global]\nindex-url = ${indexUrl}`, description: 'For pip.conf' });
  new CfnOutput(stack, 'DistributionId', { value: distribution.distributionId });
  const { distributionDomainName: value } = distribution;
  new CfnOutput(stack, 'DistributionDomain', { value, description: 'What a CNAME of `domain` points at' });
}

/** Who is told of alarms, and what the commands of docs/operations.md take: the URL of each queue, the names of functions and dashboard. */
function workOutputs(stack: Stack, channel: CondaChannel): void {
  const { queues, eventDeadLetters, functions, dashboard, toldOfAlarms } = channel;
  new CfnOutput(stack, 'Alarms', { value: toldOfAlarms, description: 'Who is told of alarms' });
  if (dashboard !== null) new CfnOutput(stack, 'Dashboard', { value: dashboard.dashboardName });
  for (const [name, { queue, deadLetters }] of Object.entries(queues)) {
    new CfnOutput(stack, `${constructId(name)}Queue`, { value: queue.queueUrl });
    new CfnOutput(stack, `${constructId(name)}DeadLetters`, { value: deadLetters.queueUrl });
  }
  new CfnOutput(stack, 'EventDeadLetters', { value: eventDeadLetters.queueUrl });
  for (const [name, fn] of Object.entries(functions))
    new CfnOutput(stack, `${constructId(name)}Function`, { value: fn.functionName });
}
