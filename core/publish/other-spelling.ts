import { oneSpelling } from '../names/named-file.ts';
import type { Store } from '../ports/store.ts';
import type { Problem } from '../problems/problem.ts';
import { filesIn } from '../simple/files-in.ts';
import { stagingStore } from '../store/staging-store.ts';
import type { Publication } from './publication.ts';
import { placeOf } from './publication-place.ts';

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
