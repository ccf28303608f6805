import { z } from 'zod';
import { GatehouseError } from '../error.ts';
import { resolveBase } from './package-base.ts';
import { shownUrl } from './shown-url.ts';
import type { SubdirAddress } from './upstream-subdir.ts';

/** The `info` of repodata (CEP 36) and of a shard index (CEP 16): what is read of it. */
export const subdirInfoSchema = z.looseObject({
  subdir: z.string().nullish(),
  base_url: z.string().nullish(),
  shards_base_url: z.string().nullish(),
});
export type SubdirInfo = z.infer<typeof subdirInfoSchema>;

/** Where the packages are; throws `upstream.body` when the index is another subdir's, as conda does. */
export function packageBaseOf(info: SubdirInfo, { url, subdir }: SubdirAddress): string {
  if (typeof info.subdir === 'string' && info.subdir !== subdir) {
    throw new GatehouseError('upstream.body', `${shownUrl(url)}: the index there says it is of ${info.subdir}`);
  }
  return resolveBase(info.base_url, url);
}
