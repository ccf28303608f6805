import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { sides } from '../../../core/layout/sides.ts';
import type { ChannelStack } from '../../../lib/channel-stack.ts';

/**
 * A role for each side that may publish there what is called acme, and yank where that is in the channel:
 * `stagingPublisher`, `channelPublisher`.
 */
export function addPublishers(stack: ChannelStack): void {
  for (const to of sides) {
    const role = new Role(stack, `${to}Publisher`, { assumedBy: new AccountRootPrincipal() });
    stack.channel.grantPublish(role, { to, names: ['acme'], yank: to === 'channel' });
  }
}
