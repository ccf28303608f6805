import { usedBy } from '../documents/published/used-name.ts';
import { type Sha256, sha256Schema } from '../names/digest.ts';
import type { Store } from '../ports/store.ts';
import type { Problem } from '../problems/problem.ts';
import { stagingStore } from '../store/staging-store.ts';
import { storedDigests } from '../store/stored-digests.ts';
import type { Publication } from './publication.ts';
import { placeOf } from './publication-place.ts';

/**
 * The sha256 that a file name was used for, in the channel or in staging; null when it is free, or only these bytes ever
 * had it. What was never published took no name, but lies there, or once did, as its provenance tells.
 *
 * @param store the whole store
 * @throws GatehouseError `json.invalid` when the name is damaged: then nobody knows which bytes had it
 */
export async function usedFor(publication: Publication, store: Store): Promise<Sha256 | null> {
  const { usedNameKey, key } = placeOf(publication);
  const taken = await usedBy(store, usedNameKey);
  if (taken !== null) return taken;
  const parts = [store, stagingStore(store)];
  for (const part of parts) {
    const there = await part.get(key);
    if (there !== null) return (await storedDigests(there)).sha256;
  }
  for (const part of parts) {
    const other = await otherThatEntered(publication, part);
    if (other !== null) return other;
  }
  return null;
}

async function otherThatEntered(publication: Publication, store: Store): Promise<Sha256 | null> {
  for await (const { key } of store.list(placeOf(publication).provenancePrefix)) {
    const named = sha256Schema.safeParse(key.slice(key.lastIndexOf('/') + 1, -'.json'.length));
    if (named.success && named.data !== publication.digests.sha256) return named.data;
  }
  return null;
}

/**
 * That other bytes had the file name. twine, poetry and pdm take an answer that says the file "already exists" for
 * success, and so it is not said in these words.
 */
export const usedNameProblem = (publication: Publication, used: Sha256): Problem => ({
  code: 'publish.used-name',
  subject: placeOf(publication).fileName,
  detail: `A2.mutated: the file name was used for other bytes, of sha256 ${used}; these have sha256 ${publication.digests.sha256}`,
  hint: 'what was published never changes: raise the version, build it again, and publish that',
});
