import type { DistributionFileName } from '../names/distribution-file-name.ts';
import { namedFileIdentity, parseNamedFile } from '../names/named-file.ts';
import type { ProjectName } from '../names/project-name.ts';
import type { FilesAt } from './files-in.ts';

/** Of each file of a project the others that an installer cannot tell from it, in order of name. */
export function twinsAmong(
  project: ProjectName,
  files: readonly FilesAt[],
): (fileName: DistributionFileName) => DistributionFileName[] {
  const identityOf = (fileName: DistributionFileName) => {
    const release = parseNamedFile(project, fileName);
    return release === null ? fileName : namedFileIdentity(release);
  };
  const alike = Map.groupBy(
    files.map(({ fileName }) => fileName),
    identityOf,
  );
  return (fileName) => (alike.get(identityOf(fileName)) ?? []).filter((other) => other !== fileName);
}
