import { CloudFrontClient, CreateInvalidationCommand } from '@aws-sdk/client-cloudfront';
import { outputs } from '../core/forms/outputs.ts';
import { type ChannelName, channeldataKey, indexKey } from '../core/layout.ts';
import type { Subdir } from '../core/subdir.ts';

/** Takes index files out of the edges' caches before their minute is over. */
export type Invalidate = (paths: readonly string[]) => Promise<void>;

/**
 * Each index file by its name, since each path costs: no wildcards, of which CloudFront takes 15 at a time, for they run
 * for minutes. https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/InvalidationLimits.html
 *
 * @param asked the index files by option that the allowlist asks for
 */
export function invalidationPaths(
  channel: ChannelName,
  subdirs: readonly Subdir[],
  asked: ReadonlySet<string>,
): string[] {
  const changing = outputs.filter(({ scope, cache }) => scope === 'subdir' && cache === 'one minute');
  const files = changing.filter(({ written, file }) => written !== 'option' || asked.has(file));
  const paths = subdirs.flatMap((subdir) => files.map(({ file }) => `/${indexKey(channel, subdir, file)}`));
  return [...paths, `/${channeldataKey(channel)}`];
}

export function cloudFrontInvalidation(distribution: string, client = new CloudFrontClient()): Invalidate {
  return async (paths) => {
    const Paths = { Quantity: paths.length, Items: [...paths] };
    const InvalidationBatch = { CallerReference: crypto.randomUUID(), Paths };
    await client.send(new CreateInvalidationCommand({ DistributionId: distribution, InvalidationBatch }));
  };
}
