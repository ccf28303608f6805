import { takeName } from '../documents/published/used-name.ts';
import { compareCodePoints } from '../json/json.ts';
import type { Store } from '../ports/store.ts';
import type { Problem } from '../problems/problem.ts';
import { stagingStore } from '../store/staging-store.ts';
import { checkPublication } from './check-publication.ts';
import type { Publication, PublishedFile, PublishReport, PublishWorld } from './publication.ts';
import { placeOf, servedKey } from './publication-place.ts';
import { usedNameProblem } from './used-name.ts';
import { writePublication } from './write-publication.ts';

/**
 * Publishes files that were read: all of them are checked before anything is written, then all names are taken, and then
 * each is written. Any problem stops all.
 *
 * @throws GatehouseError `store.*`: what was written stays, and the same call finishes it
 */
export async function carryOut(offered: readonly Publication[], world: PublishWorld): Promise<PublishReport> {
  const { store, to } = world;
  const target = to === 'channel' ? store : stagingStore(store);
  const { publications, problems } = await checked(offered, { ...world, target });
  if (problems.length > 0) return refused(problems);
  tellPlan(publications, world);
  const taken = await takeNames(publications, store);
  if (taken.length > 0) return refused(taken);
  const files: PublishedFile[] = [];
  for (const publication of publications) files.push(await writePublication(publication, { target, to }));
  return { files, warnings: [], problems: [] };
}

const refused = (problems: readonly Problem[]): PublishReport => ({ files: [], warnings: [], problems });

/** In order of key, each once: a file may be named twice. */
async function checked(
  offered: readonly Publication[],
  world: PublishWorld & { readonly target: Store },
): Promise<{ readonly publications: readonly Publication[]; readonly problems: readonly Problem[] }> {
  const byKey = new Map<string, Publication>();
  const problems: Problem[] = [];
  for (const publication of offered) {
    const { key } = placeOf(publication);
    const first = byKey.get(key);
    if (first === undefined) byKey.set(key, publication);
    else if (first.digests.sha256 !== publication.digests.sha256) {
      problems.push(usedNameProblem(publication, first.digests.sha256));
    }
  }
  const publications = [...byKey].sort(([a], [b]) => compareCodePoints(a, b)).map(([, publication]) => publication);
  for (const publication of publications) {
    const problem = await checkPublication(publication, world);
    if (problem !== null) problems.push(problem);
  }
  return { publications, problems };
}

function tellPlan(publications: readonly Publication[], { log, to }: PublishWorld): void {
  const files = publications.map((publication) => {
    const { key, name, version } = placeOf(publication);
    return { key: servedKey(key, to), kind: publication.kind, name, version, size: publication.digests.size };
  });
  log({ type: 'publish.planned', files });
}

/**
 * One after the other in one order: of two that publish the same names at once, with other bytes, the one that gets the
 * first name gets all.
 */
async function takeNames(publications: readonly Publication[], store: Store): Promise<readonly Problem[]> {
  for (const publication of publications) {
    const used = await takeName(store, placeOf(publication).usedNameKey, publication.digests.sha256);
    if (used !== publication.digests.sha256) return [usedNameProblem(publication, used)];
  }
  return [];
}
