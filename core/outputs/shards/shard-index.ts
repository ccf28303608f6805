import { Buffer } from 'node:buffer';
import { encode } from '@msgpack/msgpack';
import { z } from 'zod';
import { compareCodePoints, parseValue } from '../../json/json.ts';
import type { IndexFile } from '../../layout/index-files.ts';
import { type ChannelName, indexKey, type ObjectKey, shardsFolder } from '../../layout/keys.ts';
import { type Sha256, sha256Schema } from '../../names/digest.ts';
import type { Subdir } from '../../names/subdir.ts';
import { unpackMsgpack } from '../../upstream/read-body.ts';
import { compress } from './build-shards.ts';

/** Where a subdir's shard index lies. */
export const shardIndexKey = (channel: ChannelName, subdir: Subdir): ObjectKey =>
  indexKey(channel, subdir, 'repodata_shards.msgpack.zst' satisfies IndexFile);

export interface ShardIndex {
  readonly subdir: Subdir;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Name -> shard. */
  readonly shards: ReadonlyMap<string, Sha256>;
}

/** The bytes of `repodata_shards.msgpack.zst` (CEP 16). conda and pixi raise a KeyError when either URL is left out. */
export function shardIndex({ subdir, createdAt, shards }: ShardIndex): Uint8Array {
  const names = [...shards].sort(([a], [b]) => compareCodePoints(a, b));
  const index = {
    version: 1,
    info: {
      subdir,
      base_url: '',
      shards_base_url: `./${shardsFolder}/`,
      created_at: new Date(createdAt).toISOString().replace(/\.\d+/, ''),
    },
    shards: Object.fromEntries(names.map(([name, sha256]) => [name, Buffer.from(sha256, 'hex')])),
  };
  return compress(encode(index));
}

/** Bytes decoded; conda refuses a larger one. */
const maxIndexBytes = 128 * 1024 ** 2;

/** Our own shard index: stricter than what upstream's reader takes, since we wrote it. */
const indexSchema = z.strictObject({
  version: z.literal(1),
  info: z.strictObject({
    subdir: z.string(),
    base_url: z.literal(''),
    shards_base_url: z.string(),
    created_at: z.iso.datetime(),
  }),
  shards: z.record(
    z.string(),
    z
      .instanceof(Uint8Array)
      .transform((bytes) => Buffer.from(bytes).toString('hex'))
      .pipe(sha256Schema),
  ),
});
export type ReadShardIndex = z.infer<typeof indexSchema>;

/**
 * What our own `repodata_shards.msgpack.zst` says.
 *
 * @param what names it in errors
 * @throws GatehouseError `upstream.*` or `json.invalid` when it is damaged
 */
export async function readShardIndex(bytes: Uint8Array, what: string): Promise<ReadShardIndex> {
  return parseValue(await unpackMsgpack(bytes, maxIndexBytes, what), indexSchema, what);
}
