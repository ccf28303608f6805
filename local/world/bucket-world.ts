import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderCache } from '../../adapters/cache-folder.ts';
import { memoryCache } from '../../adapters/cache-memory.ts';
import { allowlistKey } from '../../core/layout/keys.ts';
import type { DocumentCache } from '../../core/ports/cache.ts';
import type { Store } from '../../core/ports/store.ts';

/**
 * A store in a bucket, by the environment's credentials and region. It is opened, and the AWS SDK loaded, when it is
 * first asked: who works on a folder never loads it.
 */
export function bucketStore(bucket: string): Store {
  let opening: Promise<Store> | undefined;
  const opened = () => {
    // What fails to open now may open later, under a server that goes on.
    opening ??= openBucket(bucket).catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };
  return {
    read: async (...what) => (await opened()).read(...what),
    get: async (...what) => (await opened()).get(...what),
    put: async (...what) => (await opened()).put(...what),
    async *list(...what) {
      yield* (await opened()).list(...what);
    },
    delete: async (...what) => (await opened()).delete(...what),
    stage: async () => (await opened()).stage(),
  };
}

async function openBucket(bucket: string): Promise<Store> {
  const { s3Store } = await import('../../adapters/store-s3/store-s3.ts');
  const store = s3Store(bucket);
  // To a HEAD, S3 says the same of an object that is not there and of a bucket that is not there: a list tells them apart.
  // Of this one key, for who publishes may not list all that is private.
  await store.list(allowlistKey)[Symbol.asyncIterator]().next();
  return store;
}

const maxMemoryBytes = 512 * 1024 ** 2;

/**
 * Upstream documents for as long as one command runs, for a store that is no folder: in a temporary folder of this
 * user's only, made when the first comes; in memory where none can be made.
 */
export function temporaryCache(): DocumentCache & AsyncDisposable {
  let opening: ReturnType<typeof openTemporary> | undefined;
  return {
    get: async (url) => (await (await opening)?.cache.get(url)) ?? null,
    async put(...what) {
      opening ??= openTemporary();
      return (await opening).cache.put(...what);
    },
    async [Symbol.asyncDispose]() {
      const folder = (await opening)?.folder;
      if (folder) await rm(folder, { recursive: true, force: true });
    },
  };
}

async function openTemporary(): Promise<{ folder: string | null; cache: DocumentCache }> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-')).catch(() => null);
  return { folder, cache: folder === null ? memoryCache({ maxBytes: maxMemoryBytes }) : folderCache(folder) };
}
