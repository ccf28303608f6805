import { Buffer } from 'node:buffer';
import { z } from 'zod';
import { sha256Schema } from '../digest.ts';
import { parseValue } from '../json.ts';
import { acceptRecords } from './accept-records.ts';
import { fetchDocument } from './fetch-document.ts';
import { resolveBase } from './package-base.ts';
import { readBounded } from './read-bounded.ts';
import { readShard } from './read-shard.ts';
import { refuseHtml } from './refuse-html.ts';
import { shownUrl } from './shown-url.ts';
import { packageBaseOf, subdirInfoSchema } from './subdir-info.ts';
import { once, unpackMsgpack } from './unpack-msgpack.ts';
import type { SubdirAddress, UpstreamSubdir, UpstreamWorld } from './upstream-subdir.ts';

/** Bytes, sent and decoded: what conda allows. */
const largestIndex = 128 * 1024 ** 2;

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

/** Opens a subdir by its shards (CEP 16 and 21): an index, then one small file a name. Null when upstream has none. */
export async function openShards(at: SubdirAddress, world: UpstreamWorld): Promise<UpstreamSubdir | null> {
  const url = `${at.url}/repodata_shards.msgpack.zst`;
  const index = await fetchDocument<ShardIndex>(url, world, {
    async fresh(response) {
      const bytes = await readBounded(refuseHtml(response.body, url), largestIndex, shownUrl(url));
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
  return parseValue(await unpackMsgpack(bytes, largestIndex, what), indexSchema, what);
}

function openIndex({ info, shards }: ShardIndex, at: SubdirAddress, world: UpstreamWorld): UpstreamSubdir {
  const origin = { ...at, packageBase: packageBaseOf(info, at) };
  const shardBase = resolveBase(info.shards_base_url, at.url);
  const bySha256 = new Map(Object.entries(shards));
  const names = new Set(bySha256.keys());
  return {
    url: at.url,
    names: () => names,
    async records(name) {
      const sha256 = bySha256.get(name);
      if (sha256 === undefined) return { records: [], problems: [] };
      const { members, removed } = await readShard({ url: `${shardBase}${sha256}.msgpack.zst`, sha256 }, world);
      return acceptRecords(members, { ...origin, name, removed });
    },
  };
}
