import { z } from 'zod';
import { type ChannelName, channelNames, provenanceKey, provenancePrefix } from '../layout/keys.ts';
import { md5Schema, type Sha256, sha256Schema } from '../names/digest.ts';
import { distributionFileNameSchema } from '../names/distribution-file-name.ts';
import { type PackageFileName, packageFileNameSchema } from '../names/package-file-name.ts';
import { type Subdir, subdirSchema } from '../names/subdir.ts';
import type { Store } from '../ports/store.ts';
import { recordSchema } from '../record/record.ts';
import { isDamaged, readJsonObject } from '../store/read-json-object.ts';
import { isOwnOrigin, publishedSchema } from './published/published.ts';

/** What was known when an artifact entered the store: written once, before its bytes, and never changed. */
export const provenanceSchema = z.strictObject({
  version: z.literal(1),
  channel: z.enum(channelNames),
  subdir: subdirSchema,
  filename: packageFileNameSchema,
  sha256: sha256Schema,
  md5: md5Schema,
  /** Bytes. */
  size: z.int().nonnegative(),
  /**
   * `upstream`: fetched and checked against a record, `etag` as its server called the bytes; `copied`: found in the store, put there by hand; `made`: of a file
   * of a Python package index, by the converter or, of an sdist, the reader of this revision; `published`: the
   * organisation's own, as it was given or made of a wheel of its own.
   */
  origin: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('upstream'), channel: z.string(), url: z.string(), etag: z.string().optional() }),
    z.strictObject({ type: z.literal('copied') }),
    z.strictObject({
      type: z.literal('made'),
      from: z.enum(['wheel', 'sdist']),
      index: z.string(),
      fileName: z.string(),
      url: z.string(),
      sha256: sha256Schema,
      revision: z.int().nonnegative(),
    }),
    publishedSchema.extend({
      /** The wheel that it was made of. */
      wheel: z.strictObject({ fileName: distributionFileNameSchema, sha256: sha256Schema }).optional(),
    }),
  ]),
  /** The record to index, as all clients read it: upstream's as it was then, or of the package's own `info/index.json`. */
  record: recordSchema,
  /** Odd but sound things the readers met, what of the record was mended or left out, and `fetch.unverifiable` when upstream gave no sha256. */
  findings: z.array(z.strictObject({ code: z.string(), detail: z.string() })),
  /** Milliseconds since the epoch. */
  firstSeen: z.number(),
});
export type Provenance = z.infer<typeof provenanceSchema>;

/** The published wheel that a package was made of; undefined of every other. */
export const wheelOf = ({ origin }: Pick<Provenance, 'origin'>) =>
  origin.type === 'published' ? origin.wheel : undefined;

interface Place {
  readonly channel: ChannelName;
  readonly subdir: Subdir;
  readonly filename: PackageFileName;
}

/**
 * The provenance of these very bytes; null when they never entered.
 *
 * @throws GatehouseError `json.invalid` when it is damaged
 */
export async function readProvenance(store: Store, place: Place, sha256: Sha256): Promise<Provenance | null> {
  const key = provenanceKey(place.channel, place.subdir, place.filename, sha256);
  return (await readJsonObject(store, key, provenanceSchema))?.value ?? null;
}

/** The provenance of these very bytes; null when they never entered, or it is damaged, so that nothing is known. */
export async function soundProvenance(store: Store, place: Place, sha256: Sha256): Promise<Provenance | null> {
  try {
    return await readProvenance(store, place, sha256);
  } catch (error) {
    if (isDamaged(error)) return null;
    throw error;
  }
}

/** The sha256 of every bytes that ever entered under this name; more than one means an alarm was raised once. */
export async function knownSha256s(store: Store, { channel, subdir, filename }: Place): Promise<Sha256[]> {
  const found: Sha256[] = [];
  for await (const { key } of store.list(provenancePrefix(channel, subdir, filename))) {
    const name = sha256Schema.safeParse(key.slice(key.lastIndexOf('/') + 1, -'.json'.length));
    if (name.success) found.push(name.data);
  }
  return found;
}

/**
 * Whether Gatehouse fetched a package of this name, or made it of a file of an index. A damaged provenance counts as no:
 * what was copied in or published never leaves by itself.
 */
export async function cameFromUpstream(store: Store, place: Place): Promise<boolean> {
  for (const sha256 of await knownSha256s(store, place)) {
    const entered = await soundProvenance(store, place, sha256);
    if (entered !== null && !isOwnOrigin(entered.origin)) return true;
  }
  return false;
}

/** Whether these bytes were made of the file of an index that has the sha256 `source`. Of a damaged provenance nothing is known. */
export async function wasMadeOf(store: Store, place: Place, sha256: Sha256, source: Sha256): Promise<boolean> {
  const origin = (await soundProvenance(store, place, sha256))?.origin;
  return origin?.type === 'made' && origin.sha256 === source;
}
