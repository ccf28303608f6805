import type { Store } from '../core/ports/store.ts';

/**
 * A store in a bucket, by the environment's credentials and region. It is opened, and the AWS SDK loaded, when it is
 * first asked: who works on a folder never loads it.
 */
export function bucketStore(bucket: string): Store {
  let opening: Promise<Store> | undefined;
  const opened = () => {
    // What fails to open now may open later, under a server that goes on.
    opening ??= open(bucket).catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };
  return {
    get: async (...what) => (await opened()).get(...what),
    put: async (...what) => (await opened()).put(...what),
    async *list(prefix) {
      yield* (await opened()).list(prefix);
    },
    delete: async (...what) => (await opened()).delete(...what),
    stage: async () => (await opened()).stage(),
  };
}

async function open(bucket: string): Promise<Store> {
  const { s3Store } = await import('../adapters/store-s3.ts');
  const store = s3Store(bucket);
  // To a HEAD, S3 says the same of an object that is not there and of a bucket that is not there.
  await store.list('_gatehouse/')[Symbol.asyncIterator]().next();
  return store;
}
