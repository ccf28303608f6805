import { zstdDecompressSync } from 'node:zlib';
import { decode } from '@msgpack/msgpack';
import type { Sha256 } from '../../../core/names/digest.ts';
import type { EntrySource } from '../../../core/outputs/entries/entry-source.ts';
import { buildShards } from '../../../core/outputs/shards/build-shards.ts';
import { shardIndex } from '../../../core/outputs/shards/shard-index.ts';

/** Bytes as hex digits, all else as it is. */
function hexed(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(hexed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, hexed(member)]));
}

/** What a `.msgpack.zst` holds; BIN is a plain Uint8Array. */
export const unpacked = (bytes: Uint8Array): unknown => decode(new Uint8Array(zstdDecompressSync(bytes)));

/** The shard index with each shard in the place of its hash. */
export async function shardsAsJson(source: EntrySource): Promise<unknown> {
  const shards = new Map<string, Sha256>();
  const contents: Record<string, unknown> = {};
  for await (const { name, sha256, bytes } of buildShards(source)) {
    shards.set(name, sha256);
    contents[name] = hexed(unpacked(bytes));
  }
  const index = unpacked(shardIndex({ subdir: source.subdir, createdAt: Date.UTC(2024, 0, 1), shards })) as object;
  return { ...index, shards: contents };
}
