import type { DistributionFileName } from '../names/distribution-file-name.ts';
import type { ProjectName } from '../names/project-name.ts';
import { GatehouseError } from '../problems/error.ts';
import type { ProjectFile } from '../python-index/project-file.ts';
import type { PythonIndexes } from './python-indexes.ts';

/** A project's page. */
interface ProjectPage {
  /** The URL of the index that serves it. */
  readonly index: string;
  readonly files: readonly ProjectFile[];
}

/**
 * The page of a project in the first index that has it: that one serves it, whatever the others have. Null when none has.
 *
 * @param indexes URLs, in order
 * @throws GatehouseError as {@link PythonIndexes}
 */
export async function firstPage(
  indexes: readonly string[],
  project: ProjectName,
  open: Pick<PythonIndexes, 'files'>,
): Promise<ProjectPage | null> {
  for (const index of indexes) {
    const files = await open.files(index, project);
    if (files !== null) return { index, files };
  }
  return null;
}

/** A file as the first index that has its project lists it; null where it is not there. What cannot be read says nothing. */
export async function fileOnPage(
  indexes: readonly string[],
  { project, fileName }: { readonly project: ProjectName; readonly fileName: DistributionFileName },
  open: Pick<PythonIndexes, 'files'>,
): Promise<ProjectFile | null> {
  try {
    const page = await firstPage(indexes, project, open);
    return page?.files.find((file) => file.fileName === fileName) ?? null;
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error;
    return null;
  }
}
