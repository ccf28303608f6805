import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { addOwnChannel } from '../../support/stack/own-channel.ts';
import { synthesize, synthesizeOwn } from '../../support/stack/synthesize.ts';

export const certificateArn = 'arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-4000-8000-0123456789ab';
export const webAclArn =
  'arn:aws:wafv2:us-east-1:123456789012:global/webacl/office/0a1b2c3d-0000-4000-8000-0123456789ab';

/** Nothing said. */
export const plain = synthesize();

/** With all that can be had. */
export const full = synthesize({
  domain: 'conda.example.org',
  certificate: { certificateArn },
  invalidate: true,
  email: 'ops@example.org',
});

/** In an app of one's own, with all that only such an app has, and a role that may read what is served. */
export const own = synthesizeOwn((stack, props) => {
  const channel = addOwnChannel(stack, { ...props, email: 'ops@example.org', sweep: 'off', webAclArn });
  channel.grantRead(new Role(stack, 'Mirror', { assumedBy: new AccountRootPrincipal() }));
  return channel;
});
