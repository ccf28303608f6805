import { Buffer } from 'node:buffer';
import { GatehouseError } from '../../error.ts';
import type { FormSource } from '../../forms/form.ts';
import { buildShards, type Shard } from '../../forms/shards/build-shards.ts';
import { shardKey } from '../../layout.ts';
import type { ObjectHead } from '../../ports/store.ts';
import { mapInOrder } from '../map-in-order.ts';
import type { StatePlace } from '../state/index-root.ts';

/** Writes at once: enough that a bucket's latency hides. */
const concurrency = 16;

/** Makes shards and puts them where they belong; yields each once it is there. `only` as in `buildShards`. */
export function putShards(place: StatePlace, source: FormSource, only?: ReadonlySet<string>): AsyncIterable<Shard> {
  return mapInOrder(buildShards(source, only), concurrency, async (shard) => {
    await putShard(place, shard);
    return shard;
  });
}

/** Create-only. What lies there already under the same hash is the same, or damaged and then replaced. */
async function putShard({ store, channel, subdir }: StatePlace, { sha256, bytes }: Shard): Promise<void> {
  const key = shardKey(channel, subdir, sha256);
  const put = async (there: ObjectHead | null) =>
    (await store.put(key, bytes, there === null ? { absent: true } : { etag: there.etag })).status === 'written';
  if (await put(null)) return;
  const there = await store.get(key);
  if (there?.size === bytes.length && Buffer.from(bytes).equals(await there.read(0, there.size))) return;
  if (!(await put(there))) throw new GatehouseError('store.conflict', `${key} could not be written`, { retry: true });
}
