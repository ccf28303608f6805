import { takeName } from '../documents/published/used-name.ts';
import { compareCodePoints } from '../json/json.ts';
import { markPublished } from '../own/mark-published.ts';
import type { Store } from '../ports/store.ts';
import type { Problem } from '../problems/problem.ts';
import { stagingStore } from '../store/staging-store.ts';
import { checkPublication } from './check-publication.ts';
import { judgePublications } from './judge-publications.ts';
import type { NamedPublication, Publication, PublishedFile, PublishReport, PublishWorld } from './publication.ts';
import { placeOf, servedKey } from './publication-place.ts';
import { solveAndMake } from './solve-and-make.ts';
import { stillYanked } from './still-yanked.ts';
import { otherSpellingProblem, usedNameProblem } from './used-name.ts';
import { writePublication } from './write-publication.ts';

/**
 * Publishes files that were read: all of them are checked and solved, the conda packages that wheels become are made,
 * and the gate judges each, before anything that others see is written; then all names are taken, and then each is written.
 * Any problem stops all.
 *
 * @throws GatehouseError `store.*`: what was written stays, and the same call finishes it
 */
export async function carryOut(offered: readonly Publication[], given: PublishWorld): Promise<PublishReport> {
  const { store, to } = given;
  const world = { ...given, target: to === 'channel' ? store : stagingStore(store) };
  const { publications, problems } = await checked(offered, world);
  if (problems.length > 0) return { files: [], warnings: [], problems };
  await using held = new AsyncDisposableStack();
  const { packages, finished, ...told } = await solveAndMake(publications, world, held);
  if (told.problems.length > 0) return { ...told, files: [] };
  const all = [...publications.filter(({ kind }) => kind !== 'package'), ...packages];
  const there = finished.map((provenance) => ({ kind: 'package', provenance }) as const);
  const yanked = await yankedAmong([...all, ...there], world.target);
  const keptOut = await judgePublications(all, world);
  if (keptOut.length > 0) return { ...told, files: [], problems: keptOut };
  tellPlan(all, world);
  const taken = await takeNames(all, store);
  if (taken.length > 0) return { ...told, files: [], problems: taken };
  const files: PublishedFile[] = [];
  for (const publication of all) files.push(await writePublication(publication, world));
  for (const publication of there) await markPublished(publication, world);
  return {
    ...told,
    warnings: [...told.warnings, ...yanked],
    files: [...files, ...there.map((one) => presentFile(one, to))],
  };
}

async function yankedAmong(publications: readonly NamedPublication[], target: Store): Promise<Problem[]> {
  const found = await Promise.all(publications.map((publication) => stillYanked(publication, target)));
  return found.filter((problem) => problem !== null);
}

function presentFile(publication: NamedPublication, to: PublishWorld['to']): PublishedFile {
  const { key, name, version } = placeOf(publication);
  const { kind, provenance } = publication;
  return { key: servedKey(key, to), kind, name, version, sha256: provenance.sha256, status: 'present' };
}

/** Each once, for a file may be named twice, by one name; wheels before the packages that were made of them. */
async function checked(
  offered: readonly Publication[],
  world: PublishWorld & { readonly target: Store },
): Promise<{ readonly publications: readonly Publication[]; readonly problems: readonly Problem[] }> {
  const byName = new Map<string, Publication>();
  const problems: Problem[] = [];
  for (const publication of offered) {
    const { fileName, usedNameKey } = placeOf(publication);
    const first = byName.get(usedNameKey);
    if (first === undefined) byName.set(usedNameKey, publication);
    else if (placeOf(first).fileName !== fileName) {
      problems.push(otherSpellingProblem(publication, `${placeOf(first).fileName} is offered too`));
    } else if (first.digests.sha256 !== publication.digests.sha256) {
      problems.push(usedNameProblem(publication, first.digests.sha256));
    }
  }
  const publications = [...byName.values()].sort(inOrder);
  for (const publication of publications) {
    const problem = await checkPublication(publication, world);
    if (problem !== null) problems.push(problem);
  }
  return { publications, problems };
}

function inOrder(a: Publication, b: Publication): number {
  const [first, second] = [Number(a.kind === 'package'), Number(b.kind === 'package')];
  return first - second || compareCodePoints(placeOf(a).key, placeOf(b).key);
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
