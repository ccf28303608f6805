import { Buffer } from 'node:buffer';
import { encode } from '@msgpack/msgpack';
import type { Sha256 } from '../../digest.ts';
import { compareCodePoints } from '../../json.ts';
import { shardsFolder } from '../../layout.ts';
import type { Subdir } from '../../subdir.ts';
import { compress } from './build-shards.ts';

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
