import { App } from 'aws-cdk-lib';
import { ChannelStack } from '../lib/channel-stack.ts';
import { readContext } from '../lib/settings/context.ts';
import { endOnRefusal } from '../local/render/refusal.ts';

endOnRefusal(() => {
  const app = new App({ analyticsReporting: false });
  const { stack, props } = readContext(app.node);
  new ChannelStack(app, stack, props);
});
