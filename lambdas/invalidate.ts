import { CloudFrontClient, CreateInvalidationCommand } from '@aws-sdk/client-cloudfront';
import { type ChannelName, channeldataKey, indexKey } from '../core/layout.ts';
import type { Subdir } from '../core/subdir.ts';

/** Takes index files out of the edges' caches before their minute is over. */
export type Invalidate = (paths: readonly string[]) => Promise<void>;

/** Few paths, since each one costs, and none that a package has: a wildcard may only be the last character. */
export const invalidationPaths = (channel: ChannelName, subdirs: readonly Subdir[]): string[] => [
  ...subdirs.flatMap((subdir) =>
    ['repodata', 'current_repodata', 'run_exports'].map((file) => `/${indexKey(channel, subdir, file)}*`),
  ),
  `/${channeldataKey(channel)}`,
];

export function cloudFrontInvalidation(distribution: string, client = new CloudFrontClient()): Invalidate {
  return async (paths) => {
    const Paths = { Quantity: paths.length, Items: [...paths] };
    const InvalidationBatch = { CallerReference: crypto.randomUUID(), Paths };
    await client.send(new CreateInvalidationCommand({ DistributionId: distribution, InvalidationBatch }));
  };
}
