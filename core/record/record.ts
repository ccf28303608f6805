import { z } from 'zod';
import { notEmpty } from '../json/length-checks.ts';
import { md5Schema, sha256Schema } from '../names/digest.ts';
import { packageNameSchema } from '../names/package-name.ts';

/**
 * A record of `repodata.json` (CEP 36): the keys the pipeline reads are typed, every other key is kept as it is.
 * Sizes are bytes; `timestamp` is milliseconds, in old records seconds.
 */
export const recordSchema = z.looseObject({
  name: packageNameSchema,
  version: z.string().check(notEmpty),
  build: z.string().check(notEmpty),
  build_number: z.int().nonnegative(),
  depends: z.array(z.string()).default([]),
  constrains: z.array(z.string()).optional(),
  subdir: z.string().optional(),
  size: z.int().nonnegative().optional(),
  sha256: sha256Schema.optional(),
  md5: md5Schema.optional(),
  timestamp: z.number().optional(),
  noarch: z.union([z.string(), z.boolean()]).optional(),
});
export type RepodataRecord = z.infer<typeof recordSchema>;

/** What may be known of a package's bytes; size in bytes. */
interface KnownDigests {
  readonly sha256?: string | null | undefined;
  readonly md5?: string | null | undefined;
  readonly size?: number | null | undefined;
}

/** Whether a record says enough of its bytes to tell them from others: a sha256, or an md5 and a size. */
export const isVerifiable = ({ sha256, md5, size }: KnownDigests): boolean =>
  Boolean(sha256) || (Boolean(md5) && typeof size === 'number');

/** Whether two records speak of the same bytes: by sha256 where both have one, else by md5 and size. Unknown ones differ. */
export function sameDigests(a: KnownDigests, b: KnownDigests): boolean {
  if (a.sha256 && b.sha256) return a.sha256 === b.sha256;
  return Boolean(a.md5) && a.md5 === b.md5 && a.size === b.size;
}
