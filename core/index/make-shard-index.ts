import { Buffer } from 'node:buffer';
import { z } from 'zod';
import { canonicalJson } from '../json/json.ts';
import { shardKey, shardsMadeKey } from '../layout/keys.ts';
import { type Sha256, sha256Of, sha256Schema } from '../names/digest.ts';
import type { EntrySource } from '../outputs/entries/entry-source.ts';
import { buildShards, type Shard } from '../outputs/shards/build-shards.ts';
import { readShardIndex, shardIndex, shardIndexKey } from '../outputs/shards/shard-index.ts';
import { sameBytes } from '../ports/byte-source.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectHead } from '../ports/store.ts';
import { GatehouseError } from '../problems/error.ts';
import { mapInOrder } from '../store/map-in-order.ts';
import { readJsonObject } from '../store/read-json-object.ts';
import { type ChangedSince, changedSince } from './changed-names.ts';
import { type Manifest, manifestSchema, type StatePlace } from './manifest.ts';
import { stateSource } from './state-source.ts';

export interface ShardsWorld extends StatePlace {
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * What a shard index was made from: the hash of its bytes and the manifest. Where the hash is not that of the index that is
 * served, the two are of different runs, and every shard is made again.
 */
const madeSchema = z.strictObject({ index: sha256Schema, root: manifestSchema });

/**
 * The shard index of a state, once every shard that it names is there. Only the shards of names that changed since the
 * index that is served are made, where that can be known.
 */
export async function makeShardIndex(world: ShardsWorld, manifest: Manifest): Promise<Uint8Array> {
  const { subdir } = world;
  const { shards, change } = await served(world, manifest);
  for (const name of change?.names ?? []) shards.delete(name);
  const source = change?.source ?? stateSource(world, manifest);
  for await (const { name, sha256 } of putShards(world, source, change?.names)) shards.set(name, sha256);
  const bytes = shardIndex({ subdir, createdAt: world.clock.now(), shards });
  const made = { index: sha256Of(bytes), root: manifest } satisfies z.infer<typeof madeSchema>;
  // Written before the index: a run cut off between the two leaves a hash that fits no index, and the next starts anew.
  await world.store.put(shardsMadeKey(world.channel, subdir), Buffer.from(canonicalJson(made)));
  return bytes;
}

/**
 * The shards of the index that is served, and what changed since: null when every shard is to be made. Whatever cannot be
 * read only costs time.
 */
async function served(
  world: ShardsWorld,
  manifest: Manifest,
): Promise<{ readonly shards: Map<string, Sha256>; readonly change: ChangedSince | null }> {
  try {
    const known = await servedIndex(world);
    const change = known && (await changedSince(world, known.manifest, manifest));
    if (known !== null && change !== null) return { shards: known.shards, change };
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error;
  }
  return { shards: new Map(), change: null };
}

async function servedIndex({ store, channel, subdir }: ShardsWorld) {
  const made = await readJsonObject(store, shardsMadeKey(channel, subdir), madeSchema);
  const key = shardIndexKey(channel, subdir);
  const object = made && (await store.read(key));
  if (!made || !object) return null;
  const { bytes } = object;
  if (sha256Of(bytes) !== made.value.index) return null;
  const { shards } = await readShardIndex(bytes, key);
  return { manifest: made.value.root, shards: new Map(Object.entries(shards)) };
}

/** Writes at once: enough that a bucket's latency hides. */
const maxWritesAtOnce = 16;

/** A prune may delete a shard that no index names any moment once it has been there for two days: half of that is young. */
const youngForMs = 24 * 3_600_000;

/** Puts every shard of a source where it belongs; a damaged one is replaced. */
export async function mendShards(world: ShardsWorld, source: EntrySource): Promise<void> {
  for await (const _ of putShards(world, source)) {
    // Each is there, sound.
  }
}

/** Makes shards and puts them where they belong; yields each once it is there. `only` as in `buildShards`. */
function putShards(world: ShardsWorld, source: EntrySource, only?: ReadonlySet<string>): AsyncIterable<Shard> {
  return mapInOrder(buildShards(source, only), maxWritesAtOnce, async (shard) => {
    await putShard(world, shard);
    return shard;
  });
}

/**
 * Create-only. A shard that lies there already under the same hash is the same, or damaged and then replaced; an old one
 * is replaced too, so that a prune leaves it until the index that is about to name it is there.
 */
async function putShard({ store, channel, subdir, clock }: ShardsWorld, { sha256, bytes }: Shard): Promise<void> {
  const key = shardKey(channel, subdir, sha256);
  const put = async (there: ObjectHead | null) =>
    (await store.put(key, bytes, there === null ? { absent: true } : { etag: there.etag })).status === 'written';
  if (await put(null)) return;
  const there = await store.read(key);
  const isYoung = there !== null && clock.now() - there.modified < youngForMs;
  if (isYoung && sameBytes(there.bytes, bytes)) return;
  if (!(await put(there))) throw new GatehouseError('store.conflict', `${key} could not be written`, { retry: true });
}
