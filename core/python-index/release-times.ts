import { parseNamedFile } from '../names/named-file.ts';
import { versionIdentity } from '../names/pep440/version-identity.ts';
import type { ProjectName } from '../names/project-name.ts';
import type { ProjectFile } from './project-file.ts';

/**
 * The files of a page, each with when the first file of its release was uploaded: those that came long after are told from
 * those that came with it. Where a file of a release has no time, nobody knows which was the first.
 */
export function withReleaseTimes(files: readonly ProjectFile[], project: ProjectName): ProjectFile[] {
  const first = new Map<string, number>();
  const releases = files.map(({ fileName }) => {
    const named = parseNamedFile(project, fileName);
    return named === null ? fileName : versionIdentity(named.version);
  });
  for (const [i, { uploadTime }] of files.entries()) {
    const release = releases[i] ?? '';
    const at = Date.parse(uploadTime ?? '');
    first.set(release, Math.min(first.get(release) ?? at, at));
  }
  return files.map((file, i) => {
    const releasedAt = first.get(releases[i] ?? '') ?? Number.NaN;
    return Number.isNaN(releasedAt) ? file : { ...file, releasedAt };
  });
}
