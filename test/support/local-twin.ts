import { memoryCache } from '../../adapters/cache-memory.ts';
import { httpFetch } from '../../adapters/http-fetch.ts';
import { acceptAllowlist } from '../../core/allowlist/parse-allowlist.ts';
import type { Patches } from '../../core/forms/hotfix/hotfix.ts';
import { sync } from '../../local/pipeline/sync.ts';
import { memoryStore, newBucket } from '../twins/store-memory.ts';
import type { SmallCloud } from './small-cloud.ts';

export const clockOf = (cloud: SmallCloud) => ({ now: () => cloud.now, sleep: async () => {}, random: () => 0 });

/** The command line's sync over a store of its own, at the cloud's time. */
export function localTwin(cloud: SmallCloud) {
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
        store,
        ...outside,
        ...(patches && { patches }),
        [Symbol.asyncDispose]: async () => {},
      };
      return sync(allowlist, world, () => {});
    },
  };
}
