import type { ProjectRelease } from '../../documents/gate/verdict.ts';
import { parseProjectName } from '../../names/project-name.ts';
import { GatehouseError } from '../../problems/error.ts';
import { parseHeaders } from '../../wheel/core-metadata.ts';
import { inSiteFolder, installedPath } from '../install-code/installed-path.ts';
import type { Contents } from '../reading.ts';

/** Where pip and importlib find an installed project, in the site folder itself: what a project vendors lies deeper. */
const metadataFile = /^[^/]+\.(?:dist-info\/METADATA|egg-info(?:\/PKG-INFO)?)$/;

/** The releases of PyPI projects that a conda package installs, by their own metadata; what cannot be read is none. */
export function installedReleases({ texts }: Contents): ProjectRelease[] {
  const releases = new Map<string, ProjectRelease>();
  for (const [path, bytes] of texts) {
    const inside = inSiteFolder(installedPath('package', path) ?? '');
    const release = inside !== null && metadataFile.test(inside) ? releaseIn(bytes) : null;
    if (release !== null) releases.set(release.project, release);
  }
  return [...releases.values()];
}

function releaseIn(bytes: Uint8Array): ProjectRelease | null {
  try {
    const { all } = parseHeaders(bytes, 'METADATA', () => {});
    const project = parseProjectName(all('Name')[0] ?? '');
    const version = all('Version')[0]?.slice(0, 100) ?? null;
    return project === null ? null : { project, version, by: 'dist-info' };
  } catch (error) {
    if (error instanceof GatehouseError) return null;
    throw error;
  }
}
