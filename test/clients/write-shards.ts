import type { Sha256 } from '../../core/digest.ts';
import { buildShards } from '../../core/forms/shards/build-shards.ts';
import { shardIndex, shardsFolder } from '../../core/forms/shards/shard-index.ts';
import { readRoot } from '../../core/index/state/index-root.ts';
import { stateSource } from '../../core/index/state/state-source.ts';
import { objectKeySchema } from '../../core/layout.ts';
import type { Subdir } from '../../core/subdir.ts';
import type { World } from '../../local/open-world.ts';

/** Writes a subdir's shards and their index beside its other forms, from its state. */
export async function writeShards({ store, channel }: World, subdir: Subdir): Promise<void> {
  const place = { store, channel, subdir };
  const { root } = await readRoot(place);
  if (root === null) throw new Error(`${subdir} was never indexed`);
  const put = (name: string, bytes: Uint8Array) =>
    store.put(objectKeySchema.parse(`${channel}/${subdir}/${name}`), bytes);
  const shards = new Map<string, Sha256>();
  for await (const { name, sha256, bytes } of buildShards(stateSource(place, root))) {
    await put(`${shardsFolder}/${sha256}.msgpack.zst`, bytes);
    shards.set(name, sha256);
  }
  await put('repodata_shards.msgpack.zst', shardIndex({ subdir, createdAt: Date.UTC(2026, 0, 1), shards }));
}
