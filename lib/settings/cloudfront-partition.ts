import { Token } from 'aws-cdk-lib';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { GatehouseError } from '../../core/problems/error.ts';
import type { Settings } from './settings.ts';

/** The one partition whose CloudFront has all that lib/delivery.ts asks for, functions and origin access control among it. */
const partitionWithCloudFront = 'aws';

/**
 * China's CloudFront has no origin access control, takes no certificate of ACM and serves no domain of its own; the others
 * have none, or none with functions.
 * https://docs.amazonaws.cn/en_us/aws/latest/userguide/cloudfront.html
 *
 * @param region of the stack; where it is left open, the one that the CDK's command line would deploy to
 * @throws GatehouseError `usage.invalid` where CloudFront could not be deployed
 */
export function expectCloudFront(region: string, { cdn }: Pick<Settings, 'cdn'>): void {
  if (!cdn) return;
  const otherwise = process.env['CDK_DEFAULT_REGION'];
  const known = Token.isUnresolved(region) ? otherwise : region;
  const partition = known === undefined ? undefined : RegionInfo.get(known).partition;
  if (partition === undefined || partition === partitionWithCloudFront) return;
  const hint =
    'deploy with -c cdn=off and serve the bucket from within: docs/operations.md, "Regions without CloudFront"';
  throw new GatehouseError('usage.invalid', `${known} (${partition}) has no CloudFront that can serve a channel`, {
    hint,
  });
}
