import { refusalFiring, splitCode } from '../gate/contents/refusal.ts';
import { orProblem } from '../problems/or-problem.ts';
import type { Problem } from '../problems/problem.ts';
import { carryOut } from '../publish/carry-out.ts';
import type { OfferedFile, Publication, PublishReport, PublishWorld } from '../publish/publication.ts';
import { readOffered } from '../publish/read-offered.ts';

/**
 * Publishes files of the organisation's own: wheels, source distributions and conda packages. Each is read and held to its
 * name and to the rules of publishing, and only when nothing is wrong with any of them is something written: the name
 * taken, provenance, metadata, bytes. Nothing is ever overwritten, so one that was cut off anywhere is finished by the
 * same call, and many may publish at once. Pages and indexes are not written here.
 *
 * @param offered staged in `world.store`; the caller disposes of them
 * @throws GatehouseError `store.*`, `json.invalid`
 */
export async function publish(offered: readonly OfferedFile[], world: PublishWorld): Promise<PublishReport> {
  const publications: Publication[] = [];
  const problems: Problem[] = [];
  for (const file of offered) {
    const read = await orProblem(file.fileName, async () => readOffered(file, world));
    if ('code' in read) problems.push({ hint: 'build it again, and publish what was built', ...byCheck(read) });
    else publications.push(read);
  }
  if (problems.length > 0) return { files: [], warnings: [], problems };
  return carryOut(publications, world);
}

/** What a wheel's reader refuses under the code of the check that owns it, as the gate calls it, which is never asked of such a file. */
function byCheck(problem: Problem): Problem {
  if (problem.code !== 'package.refused' || !problem.subject.endsWith('.whl')) return problem;
  const { firing } = refusalFiring(splitCode(problem.detail), 'wheel');
  return { ...problem, detail: `${firing.code}: ${firing.detail}` };
}
