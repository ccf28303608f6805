import type { CheckId } from '../../documents/gate/checks.ts';
import type { GateFacts } from '../../documents/gate/verdict.ts';
import type { Sha256 } from '../../names/digest.ts';
import { normalProjectName } from '../../names/normal-project-name.ts';
import { entryPointRows } from '../../wheel/entry-points.ts';
import type { GateCandidate } from '../check.ts';
import type { Contents, GateMember } from '../reading.ts';
import { type InstallRole, roleAt } from './install-places.ts';
import { foldedPath, inSiteFolder, installedPath } from './installed-path.ts';
import { isOfSetuptools } from './setuptools-pth.ts';

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

/** Folders where Python looks for modules, but for site folders: its own library, and on Windows its extensions. */
const inLibrary = /^(?:lib(?:64)?\/(?:(?:python|pypy)[\w.]*\/)?(?:lib-dynload\/)?|dlls\/)?(?:site|user)customize[./]/;

/** Of a Python that another package may bring. */
const libraryFolder = /^lib(?:64)?\/(?:python|pypy)[\w.]*(?:\/lib-dynload)?$/;

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
  const whole = wholeOf(owner, contents);
  const files = [...contents.members.values()].flatMap((member) => installFile(member, whole));
  remembered.set(contents, { owner, files });
  return files;
}

/** What is asked of all members together: once, or 200,000 files that are called alike would ask for 200,000 walks. */
interface Whole {
  readonly owner: Owner;
  readonly contents: Contents;
  /** Python may look in other folders than its own: a `.pth` names them, or a link in the place of its library leads there. */
  readonly leadsElsewhere: boolean;
  /** Native modules by their names, as `google/cloud`, and those of packages by the folder's name too. */
  readonly natives: ReadonlySet<string>;
}

function wholeOf(owner: Owner, contents: Contents): Whole {
  const natives = new Set<string>();
  let leadsElsewhere = false;
  for (const { path, type } of contents.members.values()) {
    const installed = installedPath(owner.kind, path) ?? '';
    const folded = foldedPath(installed);
    leadsElsewhere ||= folded.endsWith('.pth') || (type === 'symlink' && libraryFolder.test(folded));
    if (!/\.(?:so|pyd)$/i.test(installed)) continue;
    const [, module] =
      /^([\w/]+)\.(?:[^/]*\.)?(?:so|pyd)$/.exec((inSiteFolder(installed) ?? installed).toLowerCase()) ?? [];
    if (module !== undefined) natives.add(module).add(module.replace(/\/__init__$/, ''));
  }
  return { owner, contents, leadsElsewhere, natives };
}

function installFile(member: GateMember, whole: Whole): InstallFile[] {
  if (member.type === 'directory') return [];
  const installed = installedPath(whole.owner.kind, member.path);
  const role = installed === null ? null : roleAt(installed, member);
  if (role === null) return [];
  const text = whole.contents.texts.get(member.path) ?? null;
  return confirmed({ role, path: member.path, sha256: member.sha256, text }, whole);
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

/** Whether the file's content makes it what its place says. */
function confirmed(file: InstallFile, whole: Whole): InstallFile[] {
  if (file.role === 'shim') return normalProjectName(whole.owner.name) === 'setuptools' ? [] : [file];
  if (file.role === 'plugin') return file.text !== null && !hasPlugin(file.text) ? [] : [file];
  if (file.role === 'customize-elsewhere') return [{ ...file, role: customizing(file.path, whole) }];
  return file.role === 'import' ? ofPth(file, whole) : [file];
}

/** Of the packages that have these, most are started by putting the folder on the path by hand: pdm, tracers. */
function customizing(path: string, { owner, leadsElsewhere }: Whole): InstallRole {
  const installed = foldedPath(installedPath(owner.kind, path) ?? '');
  const isFound = inLibrary.test(installed) || /^(?:site|user)customize[./]/.test(inSiteFolder(installed) ?? '');
  return isFound || leadsElsewhere ? 'customize' : 'customize-elsewhere';
}

function ofPth(file: InstallFile, whole: Whole): InstallFile[] {
  if (file.text === null) return [{ ...file, role: 'unread' }];
  const text = Buffer.from(file.text).toString('latin1');
  return runsCode(text) && !isOfSetuptools(sitePth(file.path, text, whole)) ? [file] : [];
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

function sitePth(path: string, text: string, { owner, natives }: Whole) {
  const fileName = path.split('/').at(-1) ?? '';
  return { fileName, text, owner: owner.name, hasNative: (module: string) => natives.has(module.toLowerCase()) };
}
