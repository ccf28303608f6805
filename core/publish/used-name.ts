import { usedBy } from '../documents/published/used-name.ts';
import { type Sha256, sha256Schema } from '../names/digest.ts';
import { oneSpelling } from '../names/named-file.ts';
import type { Store } from '../ports/store.ts';
import type { Problem } from '../problems/problem.ts';
import { filesIn } from '../simple/files-in.ts';
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

/**
 * That a file of the release is there which differs by the spelling of its name alone: `Acme.Tool-1.0` is `acme_tool-1.0.0`.
 * Under another name it would be a second one of what never changes, and pip takes either.
 *
 * @param store the whole store
 */
export async function otherSpelling(publication: Publication, store: Store): Promise<Problem | null> {
  if (publication.kind === 'package') return null;
  const { project, fileName } = publication.provenance;
  const own = oneSpelling(project, fileName);
  const parts = [store, stagingStore(store)];
  const lying = await Promise.all(parts.map((part) => filesIn(project, part)));
  const other = lying.flat().find((one) => {
    return one.file !== null && one.fileName !== fileName && oneSpelling(project, one.fileName) === own;
  });
  return other === undefined ? null : otherSpellingProblem(publication, `${other.fileName} is there`);
}

/** @param other which other file there is: `NAME is there` */
export const otherSpellingProblem = (publication: Publication, other: string): Problem => ({
  code: 'publish.other-spelling',
  subject: placeOf(publication).fileName,
  detail: `${other}, and is the same file by another name`,
  hint: 'what was published never changes: raise the version, build it again, and publish that',
});
