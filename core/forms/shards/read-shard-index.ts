import { Buffer } from 'node:buffer';
import { z } from 'zod';
import { sha256Schema } from '../../digest.ts';
import { parseValue } from '../../json.ts';
import { unpackMsgpack } from '../../upstream/read-body.ts';

/** Bytes decoded: what conda allows. */
const largestIndex = 128 * 1024 ** 2;

/** Our own: stricter than what upstream's reader takes, since we wrote it. */
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
 * Our own `repodata_shards.msgpack.zst`.
 *
 * @param what names it in errors
 * @throws GatehouseError `upstream.*` or `json.invalid` when it is damaged
 */
export async function readShardIndex(bytes: Uint8Array, what: string): Promise<ReadShardIndex> {
  return parseValue(await unpackMsgpack(bytes, largestIndex, what), indexSchema, what);
}
