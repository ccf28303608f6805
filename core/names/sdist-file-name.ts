import { type DistributionFileName, parseDistributionFileName } from './distribution-file-name.ts';
import { type Pep440Version, parsePep440Version } from './pep440/pep440-version.ts';
import { type ProjectName, parseProjectName } from './project-name.ts';

/** Of two source distributions of a release, the one whose format comes first here is taken. */
export const sdistFormats = ['.tar.gz', '.zip', '.tar.bz2'] as const;

/** What the file name of a source distribution says. */
export interface SdistFileName {
  /** As it was written: the name under which the file is served. */
  readonly fileName: DistributionFileName;
  readonly version: Pep440Version;
  readonly format: (typeof sdistFormats)[number];
}

/**
 * Reads the version in the file name of a project's source distribution, or null when it is none of this project's. Only
 * the project tells where its name ends: `python-constraint-1.4.0`, and versions with a dash came before PEP 625
 * (`pymdptoolbox-4.0-b3`).
 */
export function parseSdistFileName(text: string, project: ProjectName): SdistFileName | null {
  const fileName = parseDistributionFileName(text);
  const format = sdistFormats.find((ending) => text.endsWith(ending));
  if (fileName === null || format === undefined) return null;
  const stem = text.slice(0, -format.length);
  for (let dash = stem.indexOf('-'); dash !== -1; dash = stem.indexOf('-', dash + 1)) {
    if (parseProjectName(stem.slice(0, dash)) !== project) continue;
    const version = parsePep440Version(stem.slice(dash + 1));
    return version && { fileName, version, format };
  }
  return null;
}

/**
 * The project that a source distribution's name is probably of: the first that leaves a version behind a dash. For hints; a
 * project's folder, or the metadata, decides.
 */
export function likelySdistProject(text: string): ProjectName | null {
  for (let dash = text.indexOf('-'); dash !== -1; dash = text.indexOf('-', dash + 1)) {
    const project = parseProjectName(text.slice(0, dash));
    if (project !== null && parseSdistFileName(text, project) !== null) return project;
  }
  return null;
}
