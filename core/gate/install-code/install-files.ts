import type { CheckId } from '../../documents/gate/checks.ts';
import type { GateFacts } from '../../documents/gate/verdict.ts';
import type { Sha256 } from '../../names/digest.ts';
import { normalProjectName } from '../../names/normal-project-name.ts';
import { entryPointRows } from '../../wheel/entry-points.ts';
import type { GateCandidate } from '../check.ts';
import type { Contents, GateMember } from '../reading.ts';
import { foldedPath, inSiteFolder, installedPath } from './installed-path.ts';
import { isOfSetuptools } from './setuptools-pth.ts';

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

/** A file that runs, or acts, at installation, at the start of a shell or of Python. */
export interface InstallFile {
  readonly role: InstallRole;
  /** In its archive. */
  readonly path: string;
  /** Null of a link: what it leads to is not known here. */
  readonly sha256: Sha256 | null;
  /** Null of what is not kept, or too large. */
  readonly text: Uint8Array | null;
}

type Owner = Pick<GateCandidate, 'kind' | 'name'>;

/** By where a file lies once it is installed, without regard to case: some file systems have none. The first one counts. */
const places: readonly (readonly [InstallRole, RegExp])[] = [
  // conda runs the scripts of this name for the package of that name, whichever package brought them.
  ['link-script', /^(?:bin|scripts)\/\.[^/]*-(?:pre|post)-(?:un)?link\.(?:sh|bat)$/],
  ['activation', /^etc\/conda\/(?:de)?activate\.d\/./],
  ['environment', /^etc\/conda\/env_vars\.d\/./],
  ['menu', /^menu\/[^/]+\.json$/],
  // Beside an interpreter: both say where Python finds its modules.
  ['python-paths', /^(?:(?:bin|scripts)\/)?(?:pyvenv\.cfg|[^/]*\._pth)$/],
  ['customize-elsewhere', /(?:^|\/)(?:site|user)customize(?:\/__init__)?(?:\.[^/]*)?\.(?:py|pyc|pyw|so|pyd)$/],
  ['config', /(?:^|\/)(?:\.?condarc(?:\.d\/.+)?|\.?mambarc|pip\.(?:conf|ini)|[._]netrc|\.pypirc)$/],
];

/** Folders where Python looks for modules, but for site folders: its own library, and on Windows its extensions. */
const inLibrary = /^(?:lib(?:64)?\/(?:(?:python|pypy)[\w.]*\/)?(?:lib-dynload\/)?|dlls\/)?(?:site|user)customize[./]/;

/** Folders whose files act by where they lie: a link in the place of one gives that to files that lie elsewhere. */
const actingFolder = /^(?:bin|scripts|lib|menu|condarc\.d|etc(?:\/conda(?:\/(?:activate|deactivate|env_vars)\.d)?)?)$/;

/** In a site folder. On Windows the prefix itself is one to Python's `site`. */
const sitePlaces: readonly (readonly [InstallRole, RegExp])[] = [
  ['import', /^[^/]+\.pth$/],
  // PEP 829: Python 3.15 calls what these files name when it starts.
  ['start', /^[^/]+\.start$/],
  ['shim', /^_distutils_hack(?:\/.*)?\.(?:py|pyc|so|pyd)$/],
];

/** Six checks and the facts ask of the same contents, and a walk over 200,000 members takes 0.4 s. */
const remembered = new WeakMap<Contents, { readonly owner: Owner; readonly files: readonly InstallFile[] }>();

/**
 * The files of a package or wheel that run, or act, without anybody calling them. Not among them are `.pth` files that only
 * name folders, and those that setuptools writes.
 */
export function installFiles({ kind, name }: Owner, contents: Contents): readonly InstallFile[] {
  const before = remembered.get(contents);
  if (before?.owner.kind === kind && before.owner.name === name) return before.files;
  const owner = { kind, name };
  const files = [...contents.members.values()].flatMap((member) => installFile(member, owner, contents));
  remembered.set(contents, { owner, files });
  return files;
}

function installFile(member: GateMember, owner: Owner, contents: Contents): InstallFile[] {
  if (member.type === 'directory') return [];
  const installed = installedPath(owner.kind, member.path);
  const role = installed === null ? null : roleAt(installed, member);
  if (role === null) return [];
  const text = contents.texts.get(member.path) ?? null;
  return confirmed({ role, path: member.path, sha256: member.sha256, text }, owner, contents);
}

/**
 * Those that later builds are compared with, and whose bytes are known from then on. Not among them is what does not run
 * where it lies: in another place it would, and would be known already.
 */
export const scriptsOf = (owner: Owner, contents: Contents): GateFacts['scripts'] =>
  installFiles(owner, contents).flatMap(({ role, path, sha256 }) =>
    sha256 === null || role === 'customize-elsewhere' ? [] : [{ path, sha256, check: checkOf(role) }],
  );

/** The check that speaks of files of a role; of start-up code D3, for F7 too. */
function checkOf(role: InstallRole): CheckId {
  switch (role) {
    case 'link-script':
      return 'D1';
    case 'activation':
    case 'environment':
    case 'folder':
      return 'D2';
    case 'config':
    case 'plugin':
      return 'D4';
    case 'menu':
      return 'D7';
    default:
      return 'D3';
  }
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

function roleAt(installed: string, { type }: GateMember): InstallRole | null {
  // A site folder that is a link: what lies elsewhere in the package is start-up code then.
  if (type === 'symlink' && /(?:^|\/)(?:site|dist)-packages$/.test(foldedPath(installed))) return 'unread';
  if (type === 'symlink' && actingFolder.test(foldedPath(installed))) return 'folder';
  return placed(installed);
}

/** Whether the file's content makes it what its place says. */
function confirmed(file: InstallFile, owner: Owner, contents: Contents): InstallFile[] {
  if (file.role === 'shim') return normalProjectName(owner.name) === 'setuptools' ? [] : [file];
  if (file.role === 'plugin') return file.text !== null && !hasPlugin(file.text) ? [] : [file];
  if (file.role === 'customize-elsewhere') return [{ ...file, role: customizing(file.path, owner, contents) }];
  return file.role === 'import' ? ofPth(file, owner, contents) : [file];
}

/** Of the packages that have these, most are started by putting the folder on the path by hand: pdm, tracers. */
function customizing(path: string, { kind }: Owner, { members }: Contents): InstallRole {
  const installed = foldedPath(installedPath(kind, path) ?? '');
  const isFound = inLibrary.test(installed) || /^(?:site|user)customize[./]/.test(inSiteFolder(installed) ?? '');
  // One may name the folder.
  const hasPth = [...members.keys()].some((at) => foldedPath(installedPath(kind, at) ?? '').endsWith('.pth'));
  return isFound || hasPth ? 'customize' : 'customize-elsewhere';
}

function ofPth(file: InstallFile, owner: Owner, contents: Contents): InstallFile[] {
  if (file.text === null) return [{ ...file, role: 'unread' }];
  const text = Buffer.from(file.text).toString('latin1');
  return runsCode(text) && !isOfSetuptools(sitePth(file.path, text, { owner, contents })) ? [file] : [];
}

const hasPlugin = (text: Uint8Array): boolean =>
  entryPointRows(Buffer.from(text).toString('utf8')).some(({ group }) => group === 'conda');

/**
 * Whether Python runs a line of a `.pth` file: one that starts with `import` and a space or tab, behind whatever ends a line
 * to `str.splitlines`, and behind a byte order mark, which Python passes over since 3.13. Bytes are read as Latin-1, so a
 * byte that ends a line in some encoding does here.
 */
const runsCode = (latin1: string): boolean =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what Python goes by
  /(?:^|[\n\v\f\r\x1c-\x1e\x85]|\xe2\x80[\xa8\xa9])(?:\xef\xbb\xbf)*import[ \t]/.test(latin1);

function sitePth(path: string, text: string, { owner, contents }: { owner: Owner; contents: Contents }) {
  const fileName = path.split('/').at(-1) ?? '';
  const hasNative = (module: string) => {
    const wanted = new RegExp(`^${module}(?:/__init__)?\\.(?:[^/]*\\.)?(?:so|pyd)$`, 'i');
    return [...contents.members.keys()].some((at) => {
      const installed = installedPath(owner.kind, at);
      return installed !== null && wanted.test(inSiteFolder(installed) ?? installed);
    });
  };
  return { fileName, text, owner: owner.name, hasNative };
}
