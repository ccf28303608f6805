import type { ProjectRelease } from '../../documents/gate/verdict.ts';
import { likelySdistProject, parseSdistFileName } from '../../names/sdist-file-name.ts';
import { parseWheelFileName } from '../../names/wheel-file-name.ts';

/** The release that a package was made of, by the name of the wheel or source distribution; none where it tells none. */
export function releaseOf(fileName: string): ProjectRelease[] {
  const wheel = parseWheelFileName(fileName);
  if (wheel.ok) return [{ project: wheel.wheel.project, version: wheel.wheel.version.text, by: 'made' }];
  const project = likelySdistProject(fileName);
  const sdist = project && parseSdistFileName(fileName, project);
  return sdist ? [{ project: String(project), version: sdist.version.text, by: 'made' }] : [];
}
