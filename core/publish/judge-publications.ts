import { artifactId } from '../documents/plan.ts';
import { wheelOf } from '../documents/provenance.ts';
import { simpleFileId } from '../documents/simple/simple-plan.ts';
import { keptOut } from '../gate/door/let-through.ts';
import { releaseOf } from '../gate/door/release-of.ts';
import type { AtTheDoor } from '../gate/gate.ts';
import type { Problem } from '../problems/problem.ts';
import type { Publication, PublishWorld } from './publication.ts';
import { placeOf } from './publication-place.ts';

/**
 * Has the gate judge all that is to be published, conda packages that were made of wheels too, for the part of the store that it
 * goes to: before a name is taken, so that one file which does not pass keeps all of them out.
 *
 * @throws GatehouseError `store.*`
 */
export async function judgePublications(
  publications: readonly Publication[],
  world: Pick<PublishWorld, 'gate' | 'clock'>,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const publication of publications) {
    const verdict = await world.gate.judge(await atTheDoor(publication));
    const problem = keptOut(verdict, world);
    if (problem !== null) problems.push({ ...problem, subject: placeOf(publication).fileName });
  }
  return problems;
}

async function atTheDoor(publication: Publication): Promise<AtTheDoor> {
  const { kind, staged, digests } = publication;
  const { name, version } = placeOf(publication);
  return {
    ...{ kind, name, version, ...namedAs(publication), digests, bytes: await staged.source() },
    ...{ origin: 'published', source: null, record: null, published: null },
    ...{ yanked: false, projectStatus: null, request: null },
  };
}

function namedAs(publication: Publication): Pick<AtTheDoor, 'id' | 'projects'> {
  if (publication.kind !== 'package') {
    const { project, release } = publication.provenance;
    return { id: simpleFileId(publication.provenance), projects: [{ project, version: release, by: 'itself' }] };
  }
  const wheel = wheelOf(publication.provenance);
  return { id: artifactId(publication.provenance), projects: wheel === undefined ? [] : releaseOf(wheel.fileName) };
}
