import { Buffer } from 'node:buffer';
import { z } from 'zod';
import { parseValue } from '../json/json.ts';
import { plainObjectSchema } from '../json/plain-object.ts';
import { type Sha256, sha256Of, sha256Schema } from '../names/digest.ts';
import type { PackageFormat } from '../names/package-file-name.ts';
import { GatehouseError } from '../problems/error.ts';
import { shownUrl } from '../problems/shown-url.ts';
import { acceptRecords, type RawRecord } from './accept-records.ts';
import { type FetchRequest, fetchDocument, fetchWithRetry, type UpstreamWorld } from './fetch-with-retry.ts';
import { once, readBounded, refuseHtml, unpackMsgpack } from './read-body.ts';
import {
  packageBaseOf,
  resolveBase,
  type SubdirAddress,
  subdirInfoSchema,
  type UpstreamSubdir,
} from './upstream-subdir.ts';

/** conda allows as much, sent and decoded. */
const maxIndexBytes = 128 * 1024 ** 2;

const indexSchema = z.object({
  version: z.literal(1, 'is not a version that is known here (CEP 16)').default(1),
  info: subdirInfoSchema.default({}),
  /** Bytes by CEP 16; rattler takes hex digits too. */
  shards: z.record(
    z.string(),
    z
      .union([z.instanceof(Uint8Array).transform((bytes) => Buffer.from(bytes).toString('hex')), z.string()])
      .pipe(sha256Schema),
  ),
});
type ShardIndex = z.infer<typeof indexSchema>;

/**
 * Opens a subdir by its shards (CEP 16 and 21): an index, then one small file a name. One of them is read at once, so
 * that shards which cannot be had are found out before a name is read by them. Null when upstream has none.
 */
export async function openShards(at: SubdirAddress, world: UpstreamWorld): Promise<UpstreamSubdir | null> {
  const url = `${at.url}/repodata_shards.msgpack.zst`;
  const index = await fetchDocument<ShardIndex>({ url, isOptional: true }, world, {
    async fresh(response) {
      const bytes = await readBounded(refuseHtml(response.body, url), maxIndexBytes, shownUrl(url));
      const parsed = await parseIndex(bytes, url);
      await world.cache.put(url, response.header('etag'), once(bytes));
      return parsed;
    },
    kept: async (document) => parseIndex(await document.read(0, document.size), url),
  });
  return index === null ? null : openIndex(index, at, world);
}

async function parseIndex(bytes: Uint8Array, url: string): Promise<ShardIndex> {
  const what = shownUrl(url);
  return parseValue(await unpackMsgpack(bytes, maxIndexBytes, what), indexSchema, what);
}

async function openIndex(
  { info, shards }: ShardIndex,
  at: SubdirAddress,
  world: UpstreamWorld,
): Promise<UpstreamSubdir> {
  const origin = { ...at, packageBase: packageBaseOf(info, at) };
  const shardBase = resolveBase(info.shards_base_url, at.url);
  const bySha256 = new Map(Object.entries(shards));
  const names = new Set(bySha256.keys());
  const addressOf = (sha256: Sha256): ShardAddress => ({
    url: `${shardBase}${sha256}.msgpack.zst`,
    from: at.channel,
    sha256,
  });
  const [first] = bySha256.values();
  if (first !== undefined) await readShard({ ...addressOf(first), isOptional: true }, world);
  return {
    url: at.url,
    isSharded: true,
    names: () => names,
    async records(name) {
      const sha256 = bySha256.get(name);
      if (sha256 === undefined) return { records: [], problems: [] };
      const { members, removed } = await readShard(addressOf(sha256), world);
      return acceptRecords(members, { ...origin, name, removed });
    },
    async digest(name) {
      const sha256 = bySha256.get(name);
      return sha256 === undefined ? null : sha256Of(JSON.stringify([sha256, origin.packageBase]));
    },
  };
}

/** A shard's place and the sha256 of its compressed bytes, which its index vouches for. */
interface ShardAddress extends Omit<FetchRequest, 'headers'> {
  readonly sha256: Sha256;
}

const maxShardBytes = 64 * 1024 ** 2;

const section = plainObjectSchema.nullish();
const shardSchema = z.object({ packages: section, 'packages.conda': section, removed: z.array(z.string()).nullish() });

/** Reads a name's shard (CEP 16), from the cache when it is there: a shard never changes. */
async function readShard(address: ShardAddress, world: UpstreamWorld) {
  const what = shownUrl(address.url);
  const bytes = (await keptShard(address, world)) ?? (await newShard(address, world));
  const shard = parseValue(await unpackMsgpack(bytes, maxShardBytes, what), shardSchema, what);
  return {
    members: [...membersOf(shard.packages, '.tar.bz2'), ...membersOf(shard['packages.conda'], '.conda')],
    removed: new Set(shard.removed),
  };
}

async function keptShard({ url, sha256 }: ShardAddress, { cache }: UpstreamWorld): Promise<Uint8Array | null> {
  const cached = await cache.get(url);
  if (cached === null || cached.size > maxShardBytes) return null;
  const bytes = await cached.read(0, cached.size);
  return sha256Of(bytes) === sha256 ? bytes : null;
}

async function newShard({ sha256, ...request }: ShardAddress, world: UpstreamWorld): Promise<Uint8Array> {
  const { url } = request;
  const what = shownUrl(url);
  const bytes = await fetchWithRetry(request, world, async ({ body }) => {
    const sent = await readBounded(body, maxShardBytes, what);
    if (sha256Of(sent) !== sha256) {
      throw new GatehouseError('upstream.body', `${what} does not have its own sha256`, { retry: true });
    }
    await world.cache.put(url, `"${sha256}"`, once(sent));
    return sent;
  });
  if (bytes === null) {
    throw new GatehouseError('upstream.status', `${what} is not there, though its index lists it`, { retry: true });
  }
  return bytes;
}

function membersOf(packages: z.infer<typeof section>, format: PackageFormat): RawRecord[] {
  return Object.entries(packages ?? {}).map(([filename, value]) => ({ filename, format, value: hexed(value) }));
}

/** Hashes are bytes in a shard and hex digits everywhere else; that goes for unknown ones (`legacy_bz2_md5`) too. */
function hexed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, member instanceof Uint8Array ? hexOf(member) : member]),
  );
}

const hexOf = ({ buffer, byteOffset, length }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, length).toString('hex');
