import { synthesize } from '../../support/stack/synthesize.ts';

export const certificateArn = 'arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-4000-8000-0123456789ab';

/** Nothing said. */
export const plain = synthesize();

/** With all that can be had. */
export const full = synthesize({
  domain: 'conda.example.org',
  certificateArn,
  invalidate: true,
  email: 'ops@example.org',
});
