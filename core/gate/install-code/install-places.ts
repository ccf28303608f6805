import type { GateMember } from '../reading.ts';
import { foldedPath, inSiteFolder } from './installed-path.ts';

/** What a file does without anybody calling it: each role but `paths` is a code of a check. */
export type InstallRole =
  | 'link-script'
  | 'activation'
  | 'environment'
  | 'folder'
  | 'import'
  | 'start'
  | 'customize'
  | 'customize-elsewhere'
  | 'shim'
  | 'python-paths'
  | 'unread'
  | 'config'
  | 'plugin'
  | 'menu';

/** By where a file lies once it is installed, without regard to case: some file systems have none. The first one counts. */
const places: readonly (readonly [InstallRole, RegExp])[] = [
  // conda runs the scripts of this name for the package of that name, whichever package brought them.
  ['link-script', /^(?:bin|scripts)\/\.[^/]*-(?:pre|post)-(?:un)?link\.(?:sh|bat)$/],
  ['activation', /^etc\/conda\/(?:de)?activate\.d\/./],
  ['environment', /^etc\/conda\/env_vars\.d\/./],
  // conda makes shortcuts of those in folders below too: its pattern is `^menu/.*\.json$`.
  ['menu', /^menu\/.+\.json$/],
  // Beside an interpreter: both say where Python finds its modules.
  ['python-paths', /^(?:(?:bin|scripts)\/)?(?:pyvenv\.cfg|[^/]*\._pth)$/],
  ['customize-elsewhere', /(?:^|\/)(?:site|user)customize(?:\/__init__)?(?:\.[^/]*)?\.(?:py|pyc|pyw|so|pyd)$/],
  ['config', /(?:^|\/)(?:\.?condarc(?:\.d\/.+)?|\.?mambarc|pip\.(?:conf|ini)|[._]netrc|\.pypirc)$/],
];

/** Folders whose files act by where they lie: a link in the place of one gives that to files that lie elsewhere. */
const actingFolder = /^(?:bin|scripts|lib|menu|condarc\.d|etc(?:\/conda(?:\/(?:activate|deactivate|env_vars)\.d)?)?)$/;

/** In a site folder. On Windows the prefix itself is one to Python's `site`. */
const sitePlaces: readonly (readonly [InstallRole, RegExp])[] = [
  ['import', /^[^/]+\.pth$/],
  // PEP 829: Python 3.15 calls what these files name when it starts.
  ['start', /^[^/]+\.start$/],
  ['shim', /^_distutils_hack(?:\/.*)?\.(?:py|pyc|so|pyd)$/],
];

/** What a file or link does by where it lies once it is installed; null where it does nothing by that alone. */
export function roleAt(installed: string, { type }: GateMember): InstallRole | null {
  // A site folder that is a link: what lies elsewhere in the package is start-up code then.
  if (type === 'symlink' && /(?:^|\/)(?:site|dist)-packages$/.test(foldedPath(installed))) return 'unread';
  if (type === 'symlink' && actingFolder.test(foldedPath(installed))) return 'folder';
  return placed(installed);
}

const placed = (installed: string): InstallRole | null => {
  const lower = foldedPath(installed);
  const inside = inSiteFolder(lower) ?? (lower.includes('/') ? '' : lower);
  const found = sitePlaces.find(([, pattern]) => pattern.test(inside)) ?? places.find(([, at]) => at.test(lower));
  if (found?.[0] === 'config' && inSiteFolder(lower) !== null) return null;
  return found?.[0] ?? (isEntryPoints(lower) ? 'plugin' : null);
};

/** Whether a file at this path says which commands and plugins a release has. */
export const isEntryPoints = (path: string): boolean =>
  /(?:^|[/.])(?:dist-info|egg-info)\/entry_points\.txt$/i.test(path);
