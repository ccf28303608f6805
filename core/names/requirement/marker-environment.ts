import { parsePep440Version } from '../pep440/pep440-version.ts';
import { pythonPlatformOf } from '../python-platform.ts';
import type { Subdir } from '../subdir.ts';
import type { MarkerVariable } from './marker.ts';

/** What markers ask about, for one CPython on one kind of machine; null where it is not known. */
export type MarkerEnvironment = Readonly<Record<Exclude<MarkerVariable, 'extra'>, string | null>>;

/**
 * The first and the last patch of a minor version of Python, for what is asked of one whose patch is not known. No
 * CPython 3 has had a thousand patches.
 */
export const outerPatches = (minor: string): [first: string, last: string] => [`${minor}.0`, `${minor}.999`];

const systems = {
  Linux: { sys_platform: 'linux', os_name: 'posix' },
  Darwin: { sys_platform: 'darwin', os_name: 'posix' },
  Windows: { sys_platform: 'win32', os_name: 'nt' },
};

/**
 * The environment of a conda subdir's machines. `python` is a minor version (`3.12`), of which any patch may be there, or
 * a full one (`3.12.4`, `3.13.0rc1`, which counts as 3.13). Null for a subdir that no CPython is known for, or a text that
 * is no version. Kernels differ from machine to machine: `platform_release` and `platform_version` are not known.
 */
export function markerEnvironment(subdir: Subdir, python: string): MarkerEnvironment | null {
  const [platform, version] = [pythonPlatformOf(subdir), parsePep440Version(python)];
  if (platform === null || version === null || version.release.length < 2) return null;
  const full = version.release.length > 2 ? version.text : null;
  return {
    ...systems[platform.system],
    platform_system: platform.system,
    platform_machine: platform.machine,
    platform_release: null,
    platform_version: null,
    platform_python_implementation: 'CPython',
    implementation_name: 'cpython',
    implementation_version: full,
    python_full_version: full,
    python_version: version.release.slice(0, 2).join('.'),
  };
}
