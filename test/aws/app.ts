import {
  App,
  BootstraplessSynthesizer,
  CfnOutput,
  DefaultStackSynthesizer,
  type IStackSynthesizer,
  Stack,
} from 'aws-cdk-lib';
import { type Alarm, CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { ChannelStack } from '../../lib/channel-stack.ts';
import { type AppContext, readContext } from '../../lib/settings/context.ts';
import { endOnRefusal } from '../../local/render/refusal.ts';
import { qualifier, stackName, toolkitName } from './names.ts';

/**
 * The stack as bin/app.ts has it, under names of its own, with an allowlist given by `-c allowlist=PATH` and the
 * queues' URLs among its outputs. Without an allowlist, two stacks that only bear the names: what `cdk bootstrap` and
 * `cdk destroy` need.
 */
endOnRefusal(() => {
  const app = new App({ analyticsReporting: false });
  const { props } = readContext(app.node);
  if (props.channel.allowlist === undefined) bareStacks(app);
  else channelStack(app, props);
});

/** An emulator may know no metric math: such an alarm looks at a number that is never there. */
function withoutMath({ node: { defaultChild } }: Alarm): void {
  if (!(defaultChild instanceof CfnAlarm) || defaultChild.metrics === undefined) return;
  defaultChild.addPropertyDeletionOverride('Metrics');
  const nothing = { Namespace: 'Gatehouse', MetricName: 'Nothing', Statistic: 'Sum', Period: 300 };
  for (const [name, value] of Object.entries(nothing)) defaultChild.addPropertyOverride(name, value);
}

function bareStacks(app: App): void {
  // The types of the CDK's own synthesizers do not stand `exactOptionalPropertyTypes`.
  const synthesizer = () => new BootstraplessSynthesizer() as IStackSynthesizer;
  for (const name of [stackName, toolkitName]) new Stack(app, name, { synthesizer: synthesizer() });
}

function channelStack(app: App, props: AppContext['props']): void {
  const synthesizer = new DefaultStackSynthesizer({ qualifier }) as IStackSynthesizer;
  const stack = new ChannelStack(app, stackName, { ...props, synthesizer });
  for (const alarm of stack.channel.alarms) withoutMath(alarm);
  for (const [name, { queue, deadLetters }] of Object.entries(stack.channel.queues)) {
    new CfnOutput(stack, `${name}Queue`, { value: queue.queueUrl });
    new CfnOutput(stack, `${name}DeadLetters`, { value: deadLetters.queueUrl });
  }
}
