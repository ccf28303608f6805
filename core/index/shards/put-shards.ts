import { Buffer } from 'node:buffer';
import { GatehouseError } from '../../error.ts';
import type { FormSource } from '../../forms/form.ts';
import { buildShards, type Shard } from '../../forms/shards/build-shards.ts';
import { shardKey } from '../../layout.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ObjectHead } from '../../ports/store.ts';
import { mapInOrder } from '../map-in-order.ts';
import type { StatePlace } from '../state/index-root.ts';

/** Writes at once: enough that a bucket's latency hides. */
const concurrency = 16;

/** A prune deletes a shard that no index names once it has been there for two days, and may do so any moment. */
const youngFor = 24 * 3_600_000;

export interface PutShardsWorld extends StatePlace {
  readonly clock: Pick<Clock, 'now'>;
}

/** Makes shards and puts them where they belong; yields each once it is there. `only` as in `buildShards`. */
export function putShards(world: PutShardsWorld, source: FormSource, only?: ReadonlySet<string>): AsyncIterable<Shard> {
  return mapInOrder(buildShards(source, only), concurrency, async (shard) => {
    await putShard(world, shard);
    return shard;
  });
}

/**
 * Create-only. What lies there already under the same hash is the same, or damaged and then replaced; an old one is
 * replaced too, so that a prune leaves it until the index that is about to name it is there.
 */
async function putShard({ store, channel, subdir, clock }: PutShardsWorld, { sha256, bytes }: Shard): Promise<void> {
  const key = shardKey(channel, subdir, sha256);
  const put = async (there: ObjectHead | null) =>
    (await store.put(key, bytes, there === null ? { absent: true } : { etag: there.etag })).status === 'written';
  if (await put(null)) return;
  const there = await store.get(key);
  const isYoung = there !== null && clock.now() - there.modified < youngFor;
  if (isYoung && Buffer.from(bytes).equals(await there.read(0, there.size))) return;
  if (!(await put(there))) throw new GatehouseError('store.conflict', `${key} could not be written`, { retry: true });
}
