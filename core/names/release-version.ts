import type { DistributionFileName } from './distribution-file-name.ts';
import { parseNamedFile } from './named-file.ts';
import { comparePep440 } from './pep440/compare-pep440.ts';
import { parsePep440Version } from './pep440/pep440-version.ts';
import type { ProjectName } from './project-name.ts';

/** Whether two spellings are of one version: by PEP 440, where `1.0` and `1.0.0` are one, else to the letter. */
export function isSameVersion(a: string, b: string): boolean {
  const [first, second] = [parsePep440Version(a), parsePep440Version(b)];
  return a === b || (first !== null && second !== null && comparePep440(first, second) === 0);
}

/** The version in the name of a project's wheel or source distribution; null when it is neither. */
export const versionOfFile = (fileName: DistributionFileName, project: ProjectName): string | null =>
  parseNamedFile(project, fileName)?.version.text ?? null;
