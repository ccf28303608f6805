import { objectKeySchema } from '../../../core/layout/keys.ts';
import type { Store } from '../../../core/ports/store.ts';
import type { ServedRequest } from '../../../local/serve/served-request.ts';
import { type MemoryStoreOptions, memoryStore } from '../../twins/store-memory.ts';
import { fill } from './sample-channel.ts';
import { serveForTest } from './served-stores.ts';

/** Where the one object is. */
export const at = 'conda/noarch/repodata.json';
export const key = objectKeySchema.parse(at);
/** Three and a half slices. */
export const large = Buffer.from(Array.from({ length: 3.5 * 256 * 1024 }, (_, i) => i % 251));

/** A store in which everything is one object of 64 GiB, which no client takes whole. */
export const endlessStore: Store = {
  ...memoryStore(),
  get: async () => ({
    key,
    etag: 'x',
    size: 2 ** 36,
    modified: 0,
    metadata: {},
    read: async (start, end) => Buffer.alloc(end - start),
  }),
};

/** A store with one object, served, and what its access log says. */
export async function serveOne(bytes: Uint8Array, options: MemoryStoreOptions = {}) {
  const store = memoryStore(options);
  await fill(store, [[at, bytes]]);
  const seen: ServedRequest[] = [];
  const logged = Promise.withResolvers<ServedRequest>();
  const log = (access: ServedRequest) => {
    seen.push(access);
    logged.resolve(access);
  };
  return { store, seen, logged: logged.promise, url: await serveForTest({ store, log }) };
}

/** Runs `act` before the nth read of an object. */
export function onRead(nth: number, act: () => unknown): MemoryStoreOptions {
  let reads = 0;
  return {
    before: async (operation) => {
      if (operation === 'read' && ++reads === nth) await act();
    },
  };
}
