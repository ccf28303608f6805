import { readControl } from '../documents/control.ts';
import { readProjectControl } from '../documents/simple/project-control.ts';
import type { Store } from '../ports/store.ts';
import type { Problem } from '../problems/problem.ts';
import type { NamedPublication } from './publication.ts';
import { placeOf } from './publication-place.ts';

/**
 * That what is published was taken back before, and stays so: whoever publishes it again would take "was there" for success.
 *
 * @throws GatehouseError `json.invalid` for a damaged control
 */
export async function stillYanked(publication: NamedPublication, target: Store): Promise<Problem | null> {
  const { name, version, fileName } = placeOf(publication);
  const yank = await yankOf(publication, target);
  if (yank === undefined) return null;
  return {
    code: 'publish.yanked',
    subject: fileName,
    detail: `it was yanked, and stays so: ${yank.reason}`,
    hint: `gatehouse yank ${name} ${version} --undo offers it again`,
  };
}

async function yankOf(publication: NamedPublication, target: Store) {
  if (publication.kind === 'package') {
    const { subdir, filename } = publication.provenance;
    return (await readControl(target, 'conda', subdir)).control.packages[filename]?.yank;
  }
  const { project, fileName } = publication.provenance;
  return (await readProjectControl(target, project)).control.files[fileName]?.yank;
}
