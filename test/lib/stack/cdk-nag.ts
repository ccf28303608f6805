import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { expect, test } from 'vitest';
import type { CondaChannelProps } from '../../../lib/conda-channel.ts';
import { synthesize } from '../../support/stack/synthesize.ts';
import { certificateArn } from './templates.ts';

test.each<[string, CondaChannelProps]>([
  ['with everything of its own', { email: 'ops@example.org', invalidate: true }],
  ['under a domain', { domain: 'conda.example.org', certificateArn }],
])('cdk-nag finds nothing that is not acknowledged: %s', (_what, channel) => {
  const template = synthesize(channel, { plugins: (app) => [new AwsSolutionsChecks(app), new ServerlessChecks(app)] });
  expect(template.resources.length).toBeGreaterThan(50);
});
