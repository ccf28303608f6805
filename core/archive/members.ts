import { type Report, refuse, shown } from './finding.ts';
import type { ReadLimits } from './limits.ts';
import { MemberTree } from './member-tree.ts';

export interface MemberFacts {
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink';
  readonly mode: number;
  readonly linkTarget?: string;
}

/** What holds between the members of one package, over both tarballs of a `.conda`. */
export interface MemberRules {
  readonly report: Report;
  /** Takes note of a member; throws GatehouseError `package.refused` with `A12.dup`, `A13.entries` or `A13.names`. */
  add(member: MemberFacts): void;
}

/**
 * A path that comes twice is refused, since readers differ in which of the two they keep. Links (A10), modes (A11) and
 * collisions (A12) that only some machines mind are reported for the gate to decide.
 */
export function memberRules(limits: ReadLimits, report: Report): MemberRules {
  const types = new Map<string, MemberFacts['type']>();
  let nameBytes = 0;
  const spend = (bytes: number): void => {
    nameBytes += bytes;
    if (nameBytes > limits.nameBytes) refuse('A13.names', `member names of more than ${limits.nameBytes} bytes`);
  };
  const tree = new MemberTree(types, { report, spend });
  return {
    report,
    add(member) {
      const { path, type } = member;
      if (types.has(path)) refuse('A12.dup', `two members at ${shown(path)}`);
      if (types.size >= limits.entries) refuse('A13.entries', `more than ${limits.entries} members`);
      spend(path.length);
      types.set(path, type);
      tree.place(path, type);
      reportModeAndLink(member, report);
    },
  };
}

const setIdOrSticky = 0o7000;
const worldWritable = 0o002;

function reportModeAndLink({ path, type, mode, linkTarget }: MemberFacts, report: Report): void {
  if ((mode & setIdOrSticky) !== 0) report('A11.set-id', `${shown(path)} has mode ${mode.toString(8)}`);
  if (type !== 'symlink' && (mode & worldWritable) !== 0) report('A11.world-writable', shown(path));
  if (linkTarget === undefined || staysInside(path, linkTarget)) return;
  report('A10.escape', `${shown(path)} links to ${shown(linkTarget)}`);
}

/** Whether a link's target, from where the link lies, never leaves the package's root. */
function staysInside(path: string, target: string): boolean {
  if (/^\/|^[A-Za-z]:|\\/.test(target)) return false;
  let depth = path.split('/').length - 1;
  for (const part of target.split('/')) {
    if (part === '..') depth--;
    else if (part !== '' && part !== '.') depth++;
    if (depth < 0) return false;
  }
  return true;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const maxNameBytes = 1024;

/**
 * Text of an archive's own making: UTF-8, NFC, no control character and no end of a line.
 *
 * @throws GatehouseError `package.refused` with `A9.*`
 */
export function memberText(raw: Uint8Array, what: string): string {
  if (raw.length > maxNameBytes) refuse('A9.long', `a ${what} of ${raw.length} bytes`);
  let text: string;
  try {
    text = decoder.decode(raw);
  } catch {
    return refuse('A9.utf8', `a ${what} is not UTF-8`);
  }
  // A byte order mark is dropped by whoever decodes as browsers do; a line or paragraph separator ends a line to Python, and
  // is no character to a `.` of a pattern that looks for where files lie.
  if (/[\p{Cc}\p{Zl}\p{Zp}\ufeff]/u.test(text))
    refuse('A9.control', `the ${what} ${shown(text)} holds a control character`);
  if (text.normalize('NFC') !== text) refuse('A9.nfc', `the ${what} ${shown(text)} is not in Unicode's normal form C`);
  return text;
}

/**
 * A member's name as the one path every reader would give it: relative, `/`-separated, equal to its own normal form.
 * A leading `./` and a directory's trailing `/` are taken off and reported; the root itself becomes the empty path.
 *
 * @throws GatehouseError `package.refused` with `A9.*`
 */
export function memberPath(raw: Uint8Array, directory: boolean, report: Report): string {
  const name = memberText(raw, 'member name');
  let path = name;
  if (path.startsWith('./')) {
    report('archive.dot-prefix', `the member name ${shown(path)} starts with ./`);
    path = path.slice(2);
  }
  if (directory && path.endsWith('/') && path !== '/') {
    report('archive.directory-slash', `the directory ${shown(path)} ends in /`);
    path = path.slice(0, -1);
  }
  if (directory && (path === '' || path === '.')) return '';
  const problem = pathProblem(path);
  if (problem !== null) refuse(problem, `the member name ${shown(name)}`);
  return path;
}

function pathProblem(path: string): string | null {
  if (path.includes('\\')) return 'A9.backslash';
  if (path.startsWith('/')) return 'A9.absolute';
  if (/^[A-Za-z]:/.test(path)) return 'A9.drive';
  const parts = path.split('/');
  if (parts.includes('..')) return 'A9.parent';
  if (parts.includes('') || parts.includes('.')) return 'A9.normal';
  // CEP 34: what an installer writes there itself; compared without case, for file systems that do.
  return /^(?:conda-meta(?:\/|$)|info\/repodata_record\.json$)/.test(path.toLowerCase()) ? 'A9.reserved' : null;
}
