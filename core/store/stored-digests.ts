import { z } from 'zod';
import { type Digests, digestStream, md5Schema, sha256Schema } from '../names/digest.ts';
import { chunksOf } from '../ports/byte-source.ts';
import type { StoredObject } from '../ports/store.ts';

const metadataSchema = z.object({ sha256: sha256Schema, md5: md5Schema });

/** A stored package's digests: from its metadata, written when it was published, else by reading it all. */
export async function storedDigests(object: StoredObject): Promise<Digests> {
  const known = metadataSchema.safeParse(object.metadata);
  return known.success ? { ...known.data, size: object.size } : digestStream(chunksOf(object));
}
