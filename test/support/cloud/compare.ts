import { expect } from 'vitest';
import { memoryCache } from '../../../adapters/cache-memory.ts';
import { httpFetch } from '../../../adapters/http-fetch.ts';
import { acceptAllowlist } from '../../../core/documents/allowlist/parse-allowlist.ts';
import type { Patches } from '../../../core/documents/patches/hotfix.ts';
import { verify } from '../../../core/steps/verify.ts';
import { sync } from '../../../local/pipeline/sync.ts';
import { type Bucket, memoryStore, newBucket } from '../../twins/store-memory.ts';
import type { SmallCloud } from './small-cloud.ts';

const clockOf = (cloud: SmallCloud) => ({ now: () => cloud.now, sleep: async () => {}, random: () => 0 });

/** The command line's sync into a bucket of its own, at the cloud's time. */
export function localSync(cloud: SmallCloud) {
  const { solver } = cloud.world();
  const bucket = newBucket();
  const store = memoryStore({}, bucket);
  return {
    bucket,
    sync: (text: string, patches?: Patches) => {
      const allowlist = acceptAllowlist(Buffer.from(text), 'allowlist.json');
      const bzip2 = async (bytes: Uint8Array) => bytes;
      const outside = { clock: clockOf(cloud), bzip2, solver, fetch: httpFetch(), cache: memoryCache() };
      const world = {
        channel: 'conda' as const,
        judgedBy: '0.0.0',
        store,
        ...outside,
        ...(patches && { patches }),
        [Symbol.asyncDispose]: async () => {},
      };
      return sync(allowlist, world, () => {}, { yes: true });
    },
  };
}

/** Whether a key is a shard's. The shard index names each shard that counts; who indexed more often has old ones too. */
export const isShard = (key: string) => key.includes('/shards/');

/** The text of each object but shards, by key. */
export const textsBelow = (bucket: Bucket, prefix: string): Record<string, string> =>
  Object.fromEntries(
    [...bucket.objects]
      .filter(([key]) => key.startsWith(prefix) && !isShard(key))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, { bytes }]) => [key, Buffer.from(bytes).toString('latin1')]),
  );

export function expectSame(cloud: SmallCloud, local: { readonly bucket: Bucket }) {
  for (const prefix of ['conda/', 'simple/', '_gatehouse/provenance/', '_gatehouse/proof/']) {
    expect(textsBelow(cloud.bucket, prefix)).toEqual(textsBelow(local.bucket, prefix));
  }
  expect(cloud.dead).toEqual([]);
}

/** The problems that `verify` finds in what a cloud serves. */
export async function damage(cloud: SmallCloud) {
  const store = memoryStore({}, cloud.bucket);
  return (await verify([], { channel: 'conda', store, clock: clockOf(cloud), log: () => {} })).problems;
}
