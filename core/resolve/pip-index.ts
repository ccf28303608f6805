import type { ProjectName } from '../names/project-name.ts';
import type { ProjectFile } from '../python-index/project-file.ts';
import type { CoreMetadata } from '../wheel/core-metadata.ts';

/** A Python package index as a resolution reads it: the same page and file many times, so it should remember them. */
export interface PipIndex {
  /** The files of a project; null when there is no such project. */
  files(project: ProjectName): Promise<readonly ProjectFile[] | null>;
  /** What a wheel says of itself. Rejects with GatehouseError `package.refused` where it cannot be read. */
  metadata(file: ProjectFile): Promise<CoreMetadata>;
}
