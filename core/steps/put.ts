import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { orProblem } from '../problems/or-problem.ts';
import type { Problem } from '../problems/problem.ts';
import { takenName } from '../publish/check-publication.ts';
import type { OfferedFile, Publication, PublishedFile, PublishReport } from '../publish/publication.ts';
import { readOffered } from '../publish/read-offered.ts';
import { stillYanked } from '../publish/still-yanked.ts';
import { writeBytes } from '../publish/write-publication.ts';

interface PutWorld {
  readonly store: Store;
  readonly clock: Clock;
}

/**
 * Copies files into the channel, as a person would by hand, whatever they are called: each is read and held to its name, lies
 * where its own metadata says, and is written with its digests and headers, only where nothing is. All are read before the
 * first is written. The index adopts them as it does what was copied in, once the gate has let them through; nothing is
 * solved, and no name is taken but by the bytes that lie there.
 *
 * @param offered staged in `world.store`; the caller disposes of them
 * @throws GatehouseError `store.*`, `json.invalid`, `fetch.mutated`
 */
export async function put(offered: readonly OfferedFile[], { store, clock }: PutWorld): Promise<PublishReport> {
  const read: Publication[] = [];
  const problems: Problem[] = [];
  for (const file of offered) {
    const found = await orProblem(file.fileName, () => readNew(file, { store, clock }));
    if ('code' in found) problems.push(found);
    else read.push(found);
  }
  if (problems.length > 0) return { files: [], warnings: [], problems };
  const files: PublishedFile[] = [];
  for (const publication of read) files.push(await writeBytes(publication, { target: store, to: 'channel' }));
  const yanked = await Promise.all(read.map((publication) => stillYanked(publication, store)));
  return { files, warnings: yanked.filter((problem) => problem !== null), problems };
}

async function readNew(file: OfferedFile, { store, clock }: PutWorld): Promise<Publication | Problem> {
  const publication = await readOffered(file, { clock, by: null });
  return (await takenName(publication, { store, target: store })) ?? publication;
}
