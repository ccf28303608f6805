import type { AtTheDoor } from '../gate/gate.ts';
import { type ProjectName, parseProjectName } from '../names/project-name.ts';
import { GatehouseError } from '../problems/error.ts';
import type { ProjectFile } from '../python-index/project-file.ts';

/** The files of a project as an index lists them now; null when it has no such project. */
export type FilesOf = (index: string, project: ProjectName) => Promise<readonly ProjectFile[] | null>;

type Word = Pick<AtTheDoor, 'yanked' | 'projectStatus'>;

/**
 * What the index that a file for pip came from says of it today: that it is yanked or gone, or that its project is in quarantine
 * (PEP 592, 792). Of other files nothing new.
 *
 * @returns null where the index cannot be read
 * @throws GatehouseError `store.*`
 */
export async function upstreamWord(file: AtTheDoor, filesOf: FilesOf): Promise<Word | null> {
  const { kind, name, source, yanked, projectStatus } = file;
  const project = kind === 'package' ? null : parseProjectName(name);
  if (source === null || project === null) return { yanked, projectStatus };
  try {
    return wordIn(file, await filesOf(source, project));
  } catch (error) {
    if (!(error instanceof GatehouseError) || error.code.startsWith('store.')) throw error;
    return error.code === 'upstream.quarantined' ? { yanked, projectStatus: 'quarantined' } : null;
  }
}

function wordIn({ id, yanked, projectStatus }: AtTheDoor, files: readonly ProjectFile[] | null): Word {
  const fileName = id.slice(id.lastIndexOf('/') + 1);
  const file = files?.find((one) => one.fileName === fileName);
  if (file === undefined) return { yanked: 'it has the file no more', projectStatus };
  return { yanked: file.yanked === false ? yanked : file.yanked, projectStatus: file.projectStatus ?? null };
}
