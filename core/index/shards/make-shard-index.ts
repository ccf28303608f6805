import { Buffer } from 'node:buffer';
import { z } from 'zod';
import { type Sha256, sha256Of, sha256Schema } from '../../digest.ts';
import { GatehouseError } from '../../error.ts';
import { readShardIndex } from '../../forms/shards/read-shard-index.ts';
import { shardIndex } from '../../forms/shards/shard-index.ts';
import { canonicalJson } from '../../json.ts';
import { indexKey, shardsMadeKey } from '../../layout.ts';
import { readJsonObject } from '../../read-json-object.ts';
import { type IndexRoot, rootSchema } from '../state/index-root.ts';
import { stateSource } from '../state/state-source.ts';
import { type ChangedSince, changedSince } from './changed-since.ts';
import { type PutShardsWorld, putShards } from './put-shards.ts';

/** What a shard index was made from. Held against the index that is served: neither is believed without the other. */
const madeSchema = z.strictObject({ index: sha256Schema, root: rootSchema });

/**
 * The shard index of a state, once every shard that it names is there. Only the shards of names that changed since the
 * index that is served are made, where that can be told.
 */
export async function makeShardIndex(world: PutShardsWorld, root: IndexRoot): Promise<Uint8Array> {
  const { subdir } = world;
  const { shards, change } = await served(world, root);
  for (const name of change?.names ?? []) shards.delete(name);
  const source = change?.source ?? stateSource(world, root);
  for await (const { name, sha256 } of putShards(world, source, change?.names)) shards.set(name, sha256);
  const bytes = shardIndex({ subdir, createdAt: world.clock.now(), shards });
  const made = { index: sha256Of(bytes), root } satisfies z.infer<typeof madeSchema>;
  // Before the index: cut off between the two, the next run takes neither for the other's.
  await world.store.put(shardsMadeKey(world.channel, subdir), Buffer.from(canonicalJson(made)));
  return bytes;
}

interface Served {
  readonly shards: Map<string, Sha256>;
  /** Null when every shard is to be made. */
  readonly change: ChangedSince | null;
}

/** The shards of the index that is served, and what changed since; whatever cannot be read only costs time. */
async function served(world: PutShardsWorld, root: IndexRoot): Promise<Served> {
  try {
    const known = await servedIndex(world);
    const change = known && (await changedSince(world, known.root, root));
    if (known !== null && change !== null) return { shards: known.shards, change };
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error;
  }
  return { shards: new Map(), change: null };
}

async function servedIndex({ store, channel, subdir }: PutShardsWorld) {
  const made = await readJsonObject(store, shardsMadeKey(channel, subdir), madeSchema);
  const key = indexKey(channel, subdir, 'repodata_shards.msgpack.zst');
  const object = made && (await store.get(key));
  if (!made || !object) return null;
  const bytes = await object.read(0, object.size);
  if (sha256Of(bytes) !== made.value.index) return null;
  const { shards } = await readShardIndex(bytes, key);
  return { root: made.value.root, shards: new Map(Object.entries(shards)) };
}
