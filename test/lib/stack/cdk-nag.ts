import type { App } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { expect, test } from 'vitest';
import type { CondaChannelProps } from '../../../lib/settings/props.ts';
import { addOwnChannel } from '../../support/stack/own-channel.ts';
import { synthesize, synthesizeApp, synthesizeOwn } from '../../support/stack/synthesize.ts';
import { certificateArn, webAclArn } from './templates.ts';

const plugins = (app: App) => [new AwsSolutionsChecks(app), new ServerlessChecks(app)];

test.each<[string, CondaChannelProps]>([
  ['with everything of its own', { email: 'ops@example.org', invalidate: true }],
  ['under a domain', { domain: 'conda.example.org', certificate: { certificateArn } }],
])('cdk-nag finds nothing that is not acknowledged: %s', (_what, channel) => {
  const template = synthesize(channel, { plugins });
  expect(template.resources.length).toBeGreaterThan(50);
});

test('with a VPC, a key, logs and limits', () => {
  const { template } = synthesizeOwn((stack, props) => {
    addOwnChannel(stack, { ...props, webAclArn, email: 'ops@example.org' });
    // A role of the app's, and what it may is the app's to acknowledge.
    stack.node.tryRemoveChild('Auditor');
  }, plugins);
  expect(template.resources.length).toBeGreaterThan(50);
});

test('nor on a bucket that is there', () => {
  const [template] = synthesizeApp([{ name: 'Gatehouse', bucketName: 'acme-channel' }], { plugins });
  expect(template?.resources.length).toBeGreaterThan(50);
});
