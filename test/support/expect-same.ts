import { expect } from 'vitest';
import type { SmallCloud } from './small-cloud.ts';

/** Its shard index names each by its hash, and `verify` looks for it; who indexed more often has old ones, too. */
export const isShard = (key: string) => key.includes('/shards/');

export const at = (bucket: SmallCloud['bucket'], prefix: string) =>
  Object.fromEntries(
    [...bucket.objects]
      .filter(([key]) => key.startsWith(prefix) && !isShard(key))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, { bytes }]) => [key, Buffer.from(bytes).toString('latin1')]),
  );

export function expectSame(cloud: SmallCloud, local: { readonly bucket: SmallCloud['bucket'] }) {
  for (const prefix of ['conda/', '_gatehouse/provenance/', '_gatehouse/proof/']) {
    expect(at(cloud.bucket, prefix)).toEqual(at(local.bucket, prefix));
  }
  expect(cloud.dead).toEqual([]);
}
