import { zstdDecompressSync } from 'node:zlib';
import { bytesSource } from '../byte-source.ts';
import { sha256Of } from '../digest.ts';
import { GatehouseError } from '../error.ts';
import type { FormSource } from '../forms/form.ts';
import { buildShards, type Shard } from '../forms/shards/build-shards.ts';
import { type ReadShardIndex, readShardIndex } from '../forms/shards/read-shard-index.ts';
import { indexKey, type ObjectKey, shardKey, shardsFolder } from '../layout.ts';
import type { Damage } from './damage.ts';
import { decodesTo, type FormsWorld, type VerifiedForms } from './verify-forms.ts';

/**
 * The shard index lists each name that has something listed and no other, and each shard that it names holds what that
 * name's must. Shards that it does not name do no harm: clients that read an older index may still want them.
 */
export async function verifyShards(source: FormSource, world: FormsWorld): Promise<VerifiedForms> {
  const key = indexKey(world.channel, source.subdir, 'repodata_shards.msgpack.zst');
  const index = await readServed(key, world);
  if ('code' in index) return { checked: 1, problems: [{ ...index, key }] };
  const problems: Damage[] = [];
  const wrong = (detail: string) => problems.push({ code: 'verify.index-form', key, detail });
  if (index.info.subdir !== source.subdir || index.info.shards_base_url !== `./${shardsFolder}/`) {
    wrong('says another subdir or place');
  }
  const listed = new Map(Object.entries(index.shards));
  for await (const shard of buildShards(source)) {
    const sha256 = listed.get(shard.name);
    if (sha256 === undefined) wrong(`does not list ${shard.name}`);
    else problems.push(...(await verifyShard({ ...shard, sha256 }, source, world)));
    listed.delete(shard.name);
  }
  for (const name of listed.keys()) wrong(`lists ${name}, of which nothing is in the index`);
  return { checked: 1 + Object.keys(index.shards).length, problems };
}

async function readServed(
  key: ObjectKey,
  { store }: FormsWorld,
): Promise<ReadShardIndex | Pick<Damage, 'code' | 'detail'>> {
  const object = await store.get(key);
  if (object === null) return { code: 'verify.index-missing', detail: 'does not exist' };
  try {
    return await readShardIndex(await object.read(0, object.size), key);
  } catch (error) {
    if (!(error instanceof GatehouseError) || error.code.startsWith('store.')) throw error;
    return { code: 'verify.index-form', detail: error.message };
  }
}

/** @param shard as it must be, under the hash that the index gives: another zstd may pack the same otherwise */
async function verifyShard(
  { name, sha256, bytes }: Shard,
  { subdir }: FormSource,
  { store, channel }: FormsWorld,
): Promise<Damage[]> {
  const key = shardKey(channel, subdir, sha256);
  const damaged = (detail: string): Damage[] => [
    { code: 'verify.shard', key, detail: `${detail}, the shard of ${name}` },
  ];
  const object = await store.get(key);
  if (object === null) return damaged('does not exist');
  const served = await object.read(0, object.size);
  if (sha256Of(served) !== sha256) return damaged('does not have its own hash; gatehouse index --rebuild mends it');
  const same = await decodesTo(bytesSource(served), zstdDecompressSync(bytes));
  return same ? [] : damaged('is not what packages, provenance and control give');
}
