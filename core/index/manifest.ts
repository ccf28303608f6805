import { z } from 'zod';
import { canonicalJson, parseJson } from '../json/json.ts';
import { stateKey } from '../layout/keys.ts';
import { sha256Schema } from '../names/digest.ts';
import { packageFileNameSchema } from '../names/package-file-name.ts';
import type { Subdir } from '../names/subdir.ts';
import type { PutOutcome } from '../ports/store.ts';
import { GatehouseError } from '../problems/error.ts';
import type { ChannelStore } from '../store/list-packages.ts';

const count = z.int().nonnegative();

const segmentSchema = z.strictObject({
  sha256: sha256Schema,
  first: packageFileNameSchema,
  /** Entries, of every kind. */
  packages: count.positive(),
  listed: count,
  problems: count,
  bytes: count,
  /** Bytes of the records at its head: what it adds to `repodata.json`. */
  records: count,
  /** Of those records alone, so that they can be had without the rest. */
  recordsSha256: sha256Schema,
});
/** One immutable run of entries, at `segmentKey`; never empty. */
export type Segment = z.infer<typeof segmentSchema>;

export const manifestSchema = z.strictObject({
  version: z.literal(1),
  /**
   * Rises at every write. S3 makes an ETag of the content: a manifest that came back to the same bytes would let a
   * stalled worker's If-Match pass, and replace a later state by an older one.
   */
  revision: count.positive(),
  /** Rises whenever what the index files show changes; an index file carries the one it was made from. */
  generation: count.positive(),
  /** Not all packages are in it yet: a first index was cut off. Then nothing is made from it. */
  partial: z.literal(true).optional(),
  /** The ETag of the control it was made under. */
  control: z.string().nullable(),
  sections: z.strictObject({ packages: z.array(segmentSchema), 'packages.conda': z.array(segmentSchema) }),
});
/** A subdir's state (docs/decisions.md 5): it names the segments that hold the entries. Mutable, under compare-and-swap. */
export type Manifest = z.infer<typeof manifestSchema>;

export interface StatePlace extends ChannelStore {
  readonly subdir: Subdir;
}

export interface ReadManifest {
  /** Null when there is none, or when it is damaged. */
  readonly manifest: Manifest | null;
  /** Of what is there, sound or not; null when nothing is. */
  readonly etag: string | null;
  /** What is wrong with it. */
  readonly damage?: string;
}

/** A subdir's manifest with the ETag under which it was read. */
export async function readManifest({ store, channel, subdir }: StatePlace): Promise<ReadManifest> {
  const key = stateKey(channel, subdir);
  const object = await store.read(key);
  if (object === null) return { manifest: null, etag: null };
  const text = Buffer.from(object.bytes).toString('utf8');
  try {
    return { manifest: parseJson(text, manifestSchema, key), etag: object.etag };
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error;
    return { manifest: null, etag: object.etag, damage: error.message };
  }
}

/** Puts a manifest in the place of the one that was read with `etag`, or where none was. */
export function writeManifest(
  { store, channel, subdir }: StatePlace,
  manifest: Manifest,
  etag: string | null,
): Promise<PutOutcome> {
  const bytes = Buffer.from(canonicalJson(manifest));
  return store.put(stateKey(channel, subdir), bytes, etag === null ? { absent: true } : { etag });
}
