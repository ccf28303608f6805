import type { CandidatePool } from '../../core/ports/solver.ts';
import { channelUrl, type LockedPackage } from './protocol.ts';

/** The pool's virtual packages as installed packages. A value is `version` or `version=build`; the build is else `0`. */
export function lockedVirtualPackages({ virtualPackages }: CandidatePool): LockedPackage[] {
  return Object.keys(virtualPackages)
    .sort()
    .map((packageName) => locked(packageName, virtualPackages[packageName] ?? ''));
}

function locked(packageName: string, value: string): LockedPackage {
  const [version = '', build = ''] = value.split('=', 2);
  const parts = { packageName, version: version || '0', build: build || '0' };
  const filename = `${packageName}-${parts.version}-${parts.build}.conda`;
  return { ...parts, buildNumber: 0, depends: [], subdir: 'noarch', filename, url: `${channelUrl}noarch/${filename}` };
}

/** The spec without which rattler ignores a `constrains` on a virtual package. */
export const lockedSpec = ({ packageName, version, build }: LockedPackage): string =>
  `${packageName} ==${version} ${build}`;
