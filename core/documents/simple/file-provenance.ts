import { z } from 'zod';
import { fileProvenanceKey, fileProvenancePrefix } from '../../layout/keys.ts';
import { type Sha256, sha256Schema } from '../../names/digest.ts';
import { type DistributionFileName, distributionFileNameSchema } from '../../names/distribution-file-name.ts';
import { type ProjectName, projectNameSchema } from '../../names/project-name.ts';
import type { Store } from '../../ports/store.ts';
import { isDamaged, readJsonObject } from '../../store/read-json-object.ts';
import { isOwnOrigin, publishedSchema } from '../published/published.ts';

/** What was known when a file for pip entered the store: written once, before its bytes, and never changed. */
export const fileProvenanceSchema = z.strictObject({
  version: z.literal(1),
  project: projectNameSchema,
  fileName: distributionFileNameSchema,
  sha256: sha256Schema,
  /** Bytes. */
  size: z.int().nonnegative(),
  /** The release's version, in PEP 440's canonical form. */
  release: z.string(),
  /** Of the bytes of `METADATA`, which lie beside the wheel; null of a source distribution, beside which lies none. */
  metadataSha256: sha256Schema.nullable(),
  /** `Requires-Python` of the metadata, when that is a specifier (PEP 440). */
  requiresPython: z.string().nullable(),
  /** PEP 700, in UTC with `Z`: when the index got the file; where it does not say, the newest time in the file. */
  uploadTime: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z$/, 'is not a time of PEP 700'),
  /**
   * `index`: the file of an index, as it is; `made`: a wheel that our reader of this revision read from an sdist;
   * `published`: the organisation's own; `copied`: found in the store, put there by hand.
   */
  origin: z.discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('index'),
      index: z.string(),
      url: z.string(),
      /** As its server called the bytes that it sent. */
      etag: z.string().optional(),
      /** Where the index keeps who attested what of it (PEP 740). */
      attestations: z.string().optional(),
    }),
    z.strictObject({
      type: z.literal('made'),
      index: z.string(),
      fileName: z.string(),
      url: z.string(),
      sha256: sha256Schema,
      revision: z.int().nonnegative(),
    }),
    publishedSchema,
    z.strictObject({ type: z.literal('copied') }),
  ]),
  findings: z.array(z.strictObject({ code: z.string(), detail: z.string() })),
  /** Milliseconds since the epoch. */
  firstSeen: z.number(),
});
export type FileProvenance = z.infer<typeof fileProvenanceSchema>;

/** The sha256 of the file of an index that came in, or of the sdist that was read. */
export const sourceSha256 = ({ sha256, origin }: FileProvenance): Sha256 =>
  origin.type === 'made' ? origin.sha256 : sha256;

/**
 * Whether a file came in as the organisation's own: it is listed without a decision of control, and never leaves by itself.
 * What upstream had brought before the organisation published it control says (`published`).
 */
export const isOwnFile = ({ origin }: FileProvenance): boolean => isOwnOrigin(origin);

interface FilePlace {
  readonly project: ProjectName;
  readonly fileName: DistributionFileName;
}

/**
 * The provenance of these very bytes; null when they never entered.
 *
 * @throws GatehouseError `json.invalid` when it is damaged
 */
export async function readFileProvenance(
  store: Store,
  { project, fileName }: FilePlace,
  sha256: Sha256,
): Promise<FileProvenance | null> {
  return (
    (await readJsonObject(store, fileProvenanceKey(project, fileName, sha256), fileProvenanceSchema))?.value ?? null
  );
}

/** The provenance of these very bytes; null when they never entered, or it is damaged, so that nothing is known. */
export async function soundFileProvenance(
  store: Store,
  place: FilePlace,
  sha256: Sha256,
): Promise<FileProvenance | null> {
  try {
    return await readFileProvenance(store, place, sha256);
  } catch (error) {
    if (isDamaged(error)) return null;
    throw error;
  }
}

/**
 * Where the files came from that ever entered under a name: an index, if any did, or the organisation itself; null when
 * none did. A damaged provenance counts as its own: what was copied in or published never leaves by itself.
 */
export async function whoseFile(store: Store, { project, fileName }: FilePlace): Promise<'index' | 'own' | null> {
  let whose: 'own' | null = null;
  for await (const { key } of store.list(fileProvenancePrefix(project, fileName))) {
    whose = 'own';
    try {
      const entered = await readJsonObject(store, key, fileProvenanceSchema);
      if (entered !== null && !isOwnFile(entered.value)) return 'index';
    } catch (error) {
      if (!isDamaged(error)) throw error;
    }
  }
  return whose;
}
