import type { AtTheDoor } from '../gate/gate.ts';
import { parseNamedFile } from '../names/named-file.ts';
import { type ProjectName, parseProjectName } from '../names/project-name.ts';
import { isSameVersion } from '../names/release-version.ts';
import { GatehouseError } from '../problems/error.ts';
import type { ProjectFile } from '../python-index/project-file.ts';

/** The files of a project as an index lists them now; null when it has no such project. */
export type FilesOf = (index: string, project: ProjectName) => Promise<readonly ProjectFile[] | null>;

type Word = Pick<AtTheDoor, 'yanked' | 'projectStatus'>;

/**
 * What the index that a file came from, or was made of, says of it today: that it is yanked or gone, or that its project is in
 * quarantine (PEP 592, 792). Of packages of channels nothing new.
 *
 * @returns null where the index cannot be read
 * @throws GatehouseError `store.*`
 */
export async function upstreamWord(file: AtTheDoor, filesOf: FilesOf): Promise<Word | null> {
  const { source, yanked, projectStatus } = file;
  const project = projectOf(file);
  if (source === null || project === null) return { yanked, projectStatus };
  try {
    return wordIn(file, project, await filesOf(source, project));
  } catch (error) {
    if (!(error instanceof GatehouseError) || error.code.startsWith('store.')) throw error;
    return error.code === 'upstream.quarantined' ? { yanked, projectStatus: 'quarantined' } : null;
  }
}

function projectOf({ kind, name, origin, projects: [release] }: AtTheDoor): ProjectName | null {
  if (kind !== 'package') return parseProjectName(name);
  return origin === 'made' ? parseProjectName(release?.project ?? '') : null;
}

function wordIn(file: AtTheDoor, project: ProjectName, found: readonly ProjectFile[] | null): Word {
  const files = (found ?? []).filter((one) => isItsSource(one, file, project));
  const [first] = files;
  if (first === undefined) return { yanked: 'it has the file no more', projectStatus: file.projectStatus };
  const yanked = files.every((one) => one.yanked !== false) ? first.yanked : file.yanked;
  return { yanked, projectStatus: first.projectStatus ?? null };
}

/** What is made has another name than the file that it is made of: it goes by all files of its release. */
function isItsSource({ fileName }: ProjectFile, file: AtTheDoor, project: ProjectName): boolean {
  if (file.origin !== 'made') return fileName === file.id.slice(file.id.lastIndexOf('/') + 1);
  const version = parseNamedFile(project, fileName)?.version.text;
  return version !== undefined && isSameVersion(version, file.projects[0]?.version ?? file.version);
}
