import {
  App,
  BootstraplessSynthesizer,
  CfnOutput,
  DefaultStackSynthesizer,
  type IStackSynthesizer,
  Stack,
} from 'aws-cdk-lib';
import { z } from 'zod';
import { ChannelStack } from '../../lib/conda-channel.ts';
import { contextSettings } from '../../lib/settings.ts';
import { qualifier, stackName, toolkitName } from './names.ts';

/**
 * The stack as bin/app.ts has it, under names of its own, with an allowlist given by `-c allowlist=PATH` and the
 * queues' URLs among its outputs. Without an allowlist, two stacks that only bear the names: what `cdk bootstrap` and
 * `cdk destroy` need.
 */
const app = new App({ analyticsReporting: false });
const allowlist = z.string().optional().parse(app.node.tryGetContext('allowlist'));
if (allowlist === undefined) bareStacks();
else channelStack(allowlist);

function bareStacks(): void {
  // The types of the CDK's own synthesizers do not stand `exactOptionalPropertyTypes`.
  const synthesizer = () => new BootstraplessSynthesizer() as IStackSynthesizer;
  for (const name of [stackName, toolkitName]) new Stack(app, name, { synthesizer: synthesizer() });
}

function channelStack(path: string): void {
  const channel = { ...contextSettings(app.node), allowlist: path };
  const synthesizer = new DefaultStackSynthesizer({ qualifier }) as IStackSynthesizer;
  const stack = new ChannelStack(app, stackName, { channel, synthesizer });
  for (const [name, { queue, deadLetters }] of Object.entries(stack.channel.queues)) {
    new CfnOutput(stack, `${name}Queue`, { value: queue.queueUrl });
    new CfnOutput(stack, `${name}DeadLetters`, { value: deadLetters.queueUrl });
  }
}
