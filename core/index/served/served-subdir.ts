import { z } from 'zod';
import type { IndexFile } from '../../layout/index-files.ts';
import { type ChannelName, indexKey, objectKeySchema, shardKey } from '../../layout/keys.ts';
import { sha256Of } from '../../names/digest.ts';
import type { Subdir } from '../../names/subdir.ts';
import { readShardIndex, shardIndexKey } from '../../outputs/shards/shard-index.ts';
import type { Store } from '../../ports/store.ts';
import { GatehouseError } from '../../problems/error.ts';
import { unpackMsgpack } from '../../upstream/read-body.ts';
import { dependingSchema, type Narrowing, neededBy, type ServedName, scanServedJson, unnamed } from './served-json.ts';

/** One subdir as a client reads it, by name. */
export interface ServedSubdir {
  /** Of all that belongs to no name. */
  readonly digest: string;
  named(name: string): Promise<ServedName>;
  /** A file by its name in the subdir; null when there is none. Of `repodata.json` what these names have, as it is there. */
  read(file: string, names: Iterable<string>, narrowing?: Narrowing | undefined): Promise<Uint8Array | null>;
}

export interface SubdirPlace {
  readonly store: Store;
  readonly channel: ChannelName;
  readonly subdir: Subdir;
}

/**
 * A subdir by its shards, where it has any, else by `repodata.json`. What is damaged counts as a whole, whatever name is
 * asked for: the solver is shown it as it is, and fails on it as a client would.
 *
 * @throws GatehouseError `store.*`
 */
export async function openServedSubdir(place: SubdirPlace): Promise<ServedSubdir> {
  const index = await place.store.read(shardIndexKey(place.channel, place.subdir));
  return index === null ? openServedRepodata(place) : openServedShards(index.bytes, place);
}

/** A subdir by its `repodata.json`, whatever else there is. */
export async function openServedRepodata({ store, channel, subdir }: SubdirPlace): Promise<ServedSubdir> {
  const key = indexKey(channel, subdir, repodata);
  const bytes = (await store.read(key))?.bytes ?? null;
  const json = bytes && scanServedJson(bytes, key);
  return {
    digest: json?.digest ?? (bytes === null ? 'none' : sha256Of(bytes)),
    named: async (name) => json?.named(name) ?? unnamed,
    read: async (file, names, narrowing) => (file === repodata ? (json?.only(names, narrowing) ?? bytes) : null),
  };
}

const repodata = 'repodata.json' satisfies IndexFile;

async function openServedShards(bytes: Uint8Array, { store, channel, subdir }: SubdirPlace): Promise<ServedSubdir> {
  const index = await unlessDamaged(readShardIndex(bytes, shardIndexKey(channel, subdir)));
  return {
    digest: index === null ? sha256Of(bytes) : JSON.stringify([index.info.subdir, index.info.shards_base_url]),
    async named(name) {
      const sha256 = index?.shards[name];
      if (sha256 === undefined) return unnamed;
      const shard = await store.read(shardKey(channel, subdir, sha256));
      if (shard === null) return { digest: 'gone', needs: [] };
      const read = await unlessDamaged(readShard(shard.bytes, shard.key));
      return { digest: sha256Of(shard.bytes), needs: neededBy(read ?? []) };
    },
    read: async (file) => (await store.read(objectKeySchema.parse(`${channel}/${subdir}/${file}`)))?.bytes ?? null,
  };
}

const section = z.record(z.string(), dependingSchema).catch({});
const shardSchema = z
  .object({ packages: section, 'packages.conda': section })
  .catch({ packages: {}, 'packages.conda': {} });
const maxShardBytes = 64 * 1024 ** 2;

async function readShard(bytes: Uint8Array, what: string): Promise<z.infer<typeof dependingSchema>[]> {
  const shard = shardSchema.parse(await unpackMsgpack(bytes, maxShardBytes, what));
  return [...Object.values(shard.packages), ...Object.values(shard['packages.conda'])];
}

async function unlessDamaged<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof GatehouseError) return null;
    throw error;
  }
}
