import { setTimeout as sleep } from 'node:timers/promises';
import type { ObjectHead, StagedObject, Store, StoredObject } from '../../core/ports/store.ts';

export interface SlowStore extends Store {
  /** How many requests the same would have been to S3, by operation. */
  readonly requests: ReadonlyMap<string, number>;
}

/** Keys of one answer to ListObjectsV2. */
const keysOfPage = 1000;
/** As the S3 backend uploads: parts of 16 MiB, two at once. */
const [bytesOfPart, partsAtOnce] = [16 * 1024 * 1024, 2];

/**
 * A store whose every request takes at least so long, as S3's do: a HEAD for `get`, a GET for each read, a page of a list,
 * each part of a large upload. Bandwidth is that of the store behind it.
 */
export function slowStore(store: Store, latencyMs: number): SlowStore {
  const requests = new Map<string, number>();
  const request = async (operation: string, count = 1, rounds = count): Promise<void> => {
    requests.set(operation, (requests.get(operation) ?? 0) + count);
    for (let round = 0; round < rounds; round++) await sleep(latencyMs);
  };
  const after = async <T>(operation: string, work: () => Promise<T>): Promise<T> => {
    await request(operation);
    return work();
  };
  return {
    requests,
    read: (...what) => after('GET', () => store.read(...what)),
    put: (...what) => after('PUT', () => store.put(...what)),
    delete: (key) => after('DELETE', () => store.delete(key)),
    get: (key) => after('HEAD', async () => slowObject(await store.get(key), after)),
    list: (...what) => slowList(store.list(...what), request),
    stage: async () => slowStage(await store.stage(), request),
  };
}

type Request = (operation: string, count?: number, rounds?: number) => Promise<void>;
type After = <T>(operation: string, work: () => Promise<T>) => Promise<T>;

const slowObject = (object: StoredObject | null, after: After): StoredObject | null =>
  object && { ...object, read: (...range) => after('GET', () => object.read(...range)) };

async function* slowList(heads: AsyncIterable<ObjectHead>, request: Request): AsyncGenerator<ObjectHead> {
  let listed = 0;
  await request('LIST');
  for await (const head of heads) {
    if (listed > 0 && listed % keysOfPage === 0) await request('LIST');
    listed += 1;
    yield head;
  }
}

function slowStage(staged: StagedObject, request: Request): StagedObject {
  let bytes = 0;
  return {
    ...staged,
    write(slice) {
      bytes += slice.length;
      return staged.write(slice);
    },
    async publish(...what) {
      const parts = bytes > bytesOfPart ? Math.ceil(bytes / bytesOfPart) : 0;
      // Creation and completion around the parts.
      if (parts === 0) await request('PUT');
      else await request('PUT', parts + 2, Math.ceil(parts / partsAtOnce) + 2);
      return staged.publish(...what);
    },
    [Symbol.asyncDispose]: () => staged[Symbol.asyncDispose](),
  };
}
