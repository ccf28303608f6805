import { Buffer } from 'node:buffer';
import { z } from 'zod';
import { type Sha256, sha256Of } from '../digest.ts';
import { GatehouseError } from '../error.ts';
import { parseValue } from '../json.ts';
import type { PackageFormat } from '../package-file-name.ts';
import type { RawRecord } from './accept-records.ts';
import { fetchWithRetry } from './fetch-with-retry.ts';
import { readBounded } from './read-bounded.ts';
import { shownUrl } from './shown-url.ts';
import { once, unpackMsgpack } from './unpack-msgpack.ts';
import type { UpstreamWorld } from './upstream-subdir.ts';

/** A shard's place and the sha256 of its compressed bytes, which its index vouches for. */
export interface ShardAddress {
  readonly url: string;
  readonly sha256: Sha256;
}

export interface Shard {
  readonly members: readonly RawRecord[];
  readonly removed: ReadonlySet<string>;
}

const largestShard = 64 * 1024 ** 2;

const section = z.record(z.string(), z.unknown()).nullish();
const shardSchema = z.object({ packages: section, 'packages.conda': section, removed: z.array(z.string()).nullish() });

/** All that a channel says of one name (CEP 16). A shard never changes, so one that was cached is asked for no more. */
export async function readShard(address: ShardAddress, world: UpstreamWorld): Promise<Shard> {
  const what = shownUrl(address.url);
  const bytes = (await keptShard(address, world)) ?? (await newShard(address, world));
  const shard = parseValue(await unpackMsgpack(bytes, largestShard, what), shardSchema, what);
  return {
    members: [...membersOf(shard.packages, '.tar.bz2'), ...membersOf(shard['packages.conda'], '.conda')],
    removed: new Set(shard.removed),
  };
}

async function keptShard({ url, sha256 }: ShardAddress, { cache }: UpstreamWorld): Promise<Uint8Array | null> {
  const cached = await cache.get(url);
  if (cached === null || cached.size > largestShard) return null;
  const bytes = await cached.read(0, cached.size);
  return sha256Of(bytes) === sha256 ? bytes : null;
}

async function newShard({ url, sha256 }: ShardAddress, world: UpstreamWorld): Promise<Uint8Array> {
  const what = shownUrl(url);
  const bytes = await fetchWithRetry({ url }, world, async ({ body }) => {
    const sent = await readBounded(body, largestShard, what);
    if (sha256Of(sent) === sha256) return sent;
    throw new GatehouseError('upstream.body', `${what} does not have its own sha256`, { retry: true });
  });
  if (bytes === null) {
    throw new GatehouseError('upstream.status', `${what} answered with status 404, though its index lists it`, {
      retry: true,
    });
  }
  await world.cache.put(url, `"${sha256}"`, once(bytes));
  return bytes;
}

function membersOf(packages: z.infer<typeof section>, format: PackageFormat): RawRecord[] {
  return Object.entries(packages ?? {}).map(([filename, value]) => ({ filename, format, value: hexed(value) }));
}

/** Hashes are bytes in a shard and hex digits everywhere else; that goes for unknown ones (`legacy_bz2_md5`) too. */
function hexed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      member instanceof Uint8Array ? Buffer.from(member).toString('hex') : member,
    ]),
  );
}
