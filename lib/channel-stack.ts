import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { CondaChannel, type CondaChannelProps } from './conda-channel.ts';

/** One stack with one channel, and what its people need to know of it. */
export class ChannelStack extends Stack {
  readonly channel: CondaChannel;

  constructor(scope: Construct, id: string, props: StackProps & { readonly channel?: CondaChannelProps } = {}) {
    super(scope, id, { description: 'Gatehouse: a curated conda channel', ...props });
    this.channel = new CondaChannel(this, 'Channel', props.channel);
    const { url, bucket } = this.channel;
    new CfnOutput(this, 'Bucket', { value: bucket.bucketName, description: 'gatehouse COMMAND --store s3://BUCKET' });
    if (url === null) return;
    new CfnOutput(this, 'ChannelUrl', { value: url, description: 'conda create --override-channels -c URL' });
    new CfnOutput(this, 'Condarc', { value: `channels:\n  - ${url}\n  - nodefaults`, description: 'For .condarc' });
  }
}
