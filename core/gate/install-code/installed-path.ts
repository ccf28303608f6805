import type { GateCandidate } from '../check.ts';

type Kind = GateCandidate['kind'];

/**
 * Where a member lies once it is installed, from the prefix (the environment's folder); null of what is not installed. What
 * goes into the site folder starts with `site-packages/` where its archive does not say which Python's.
 *
 * A wheel's `.data` folders go where their scheme says, so `x-1.0.data/purelib/x.pth` is start-up code as `x.pth` is, and
 * `x-1.0.data/data/` is the prefix itself. conda puts a `noarch: python` package's `python-scripts/` into its folder of
 * commands.
 */
export function installedPath(kind: Kind, path: string): string | null {
  if (kind === 'wheel') return pathOfWheel(path);
  if (path.startsWith('info/')) return null;
  return path.replace(/^python-scripts\//i, 'bin/');
}

/** To pip every top folder that ends in `.data` is one of schemes. */
const ofScheme = /^[^/]+\.data\/([^/]+)\/(.+)$/;

const folders: Readonly<Record<string, string>> = {
  purelib: 'site-packages/',
  platlib: 'site-packages/',
  scripts: 'bin/',
  headers: 'include/',
  data: '',
};

function pathOfWheel(path: string): string {
  const [, scheme = '', rest = ''] = ofScheme.exec(path) ?? [];
  const folder = Object.hasOwn(folders, scheme) ? folders[scheme] : undefined;
  return folder === undefined ? `site-packages/${path}` : `${folder}${rest}`;
}

/**
 * A path as the file systems of macOS and Windows compare it: without case (a long s is an s), without characters that are
 * not seen, and without what Windows leaves out of a name: dots and spaces at its end, and the name of a stream.
 */
export function foldedPath(path: string): string {
  const plain = /[^ -~]/.test(path) ? path.replace(/\p{Default_Ignorable_Code_Point}/gu, '').toUpperCase() : path;
  const lower = plain.toLowerCase();
  return /:|[. ](?:\/|$)/.test(lower) ? lower.replace(/(?:(?<=[^/:]):[^/]*|(?<=[^/. ])[. ]+)(?=\/|$)/g, '') : lower;
}

/** What follows the last folder from which Python reads start-up files, on Windows by its short name too; null of what lies in none. */
export function inSiteFolder(installed: string): string | null {
  const [, inside = null] = /^(?:.*\/)?(?:(?:site|dist)-packages|site-p~\d)\/(.+)$/i.exec(installed) ?? [];
  return inside;
}
