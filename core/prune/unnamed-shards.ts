import { GatehouseError } from '../error.ts';
import { readShardIndex } from '../forms/shards/read-shard-index.ts';
import type { StatePlace } from '../index/state/index-root.ts';
import { indexKey, shardsFolder } from '../layout.ts';
import { day, type Garbage } from './garbage.ts';
import type { PruneWorld } from './prune-world.ts';

/** micromamba keeps a shard index for 24 hours whatever Cache-Control says (clients.md 4): twice that. */
const heldFor = 2 * day;

/**
 * Shards that the shard index of now does not name. A client may hold the index of before, so they go when the one of
 * now has been there for two days. Where there is none, nobody can tell for how long: each stays for `retain` days.
 *
 * @throws GatehouseError when the shard index cannot be read
 */
export async function* unnamedShards({
  store,
  channel,
  subdir,
  retain,
}: StatePlace & Pick<PruneWorld, 'retain'>): AsyncGenerator<Garbage> {
  const key = indexKey(channel, subdir, 'repodata_shards.msgpack.zst');
  const index = await store.get(key);
  const named = index === null ? new Set<string>() : await shardsOf(await index.read(0, index.size), key);
  const prefix = `${indexKey(channel, subdir, shardsFolder)}/`;
  for await (const head of store.list(prefix)) {
    const [, sha256] = /^([0-9a-f]{64})\.msgpack\.zst$/.exec(head.key.slice(prefix.length)) ?? [];
    if (sha256 === undefined || named.has(sha256)) continue;
    const due = index === null ? head.modified + retain : Math.max(head.modified, index.modified) + heldFor;
    const guards = [{ key, etag: index?.etag ?? null }];
    yield { ...head, kind: 'shard', reason: 'no shard index names it', due, guards };
  }
}

async function shardsOf(bytes: Uint8Array, what: string): Promise<ReadonlySet<string>> {
  try {
    const { shards } = await readShardIndex(bytes, what);
    return new Set(Object.values(shards));
  } catch (cause) {
    if (!(cause instanceof GatehouseError)) throw cause;
    throw new GatehouseError('json.invalid', cause.message, { cause });
  }
}
