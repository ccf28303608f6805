import { CfnOutput } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { ChannelStack } from '../../../lib/channel-stack.ts';

/** What docs/operations.md has people add to `bin/app.ts`; a test holds the two together. */
export function addPublishingRole(stack: ChannelStack): void {
  const github = 'token.actions.githubusercontent.com';
  const { oidcProviderArn } = new iam.OidcProviderNative(stack, 'GitHub', {
    url: `https://${github}`,
    clientIds: ['sts.amazonaws.com'],
  });
  const publisher = new iam.Role(stack, 'Publisher', {
    assumedBy: new iam.WebIdentityPrincipal(oidcProviderArn, {
      StringEquals: {
        [`${github}:aud`]: 'sts.amazonaws.com',
        [`${github}:sub`]: 'repo:acme/tool:ref:refs/heads/main',
      },
    }),
  });
  stack.channel.grantPublish(publisher, { to: 'staging' });
  new CfnOutput(stack, 'PublisherRole', { value: publisher.roleArn });
}
