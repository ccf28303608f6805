import { type Report, refuse, shown } from './finding.ts';
import type { ReadLimits } from './limits.ts';

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
  count(): number;
}

/**
 * A path that comes twice is refused, since readers differ in which of the two they keep. Links (A10), modes (A11) and
 * collisions (A12) that only some machines mind are reported for the gate to decide.
 */
export function memberRules(limits: ReadLimits, report: Report): MemberRules {
  const types = new Map<string, MemberFacts['type']>();
  const folded = new Set<string>();
  let nameBytes = 0;
  return {
    report,
    count: () => types.size,
    add(member) {
      const { path, type } = member;
      if (types.has(path)) refuse('A12.dup', `two members at ${shown(path)}`);
      if (types.size >= limits.entries) refuse('A13.entries', `more than ${limits.entries} members`);
      nameBytes += path.length;
      if (nameBytes > limits.nameBytes) refuse('A13.names', `member names of more than ${limits.nameBytes} bytes`);
      const lower = path.toLowerCase();
      if (folded.has(lower)) report('A12.case', `${shown(path)} differs from another member only by case`);
      for (const parent of parentsOf(path)) reportParent(path, types.get(parent), report);
      types.set(path, type);
      folded.add(lower);
      reportMode(member, report);
      reportLink(member, report);
    },
  };
}

function* parentsOf(path: string): Generator<string> {
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) yield path.slice(0, at);
}

function reportParent(path: string, parent: MemberFacts['type'] | undefined, report: Report): void {
  if (parent === 'symlink') report('A10.under-symlink', `${shown(path)} lies below a symlink`);
  if (parent === 'file') report('A12.under-file', `${shown(path)} lies below a file`);
}

const setIdOrSticky = 0o7000;
const worldWritable = 0o002;

function reportMode({ path, type, mode }: MemberFacts, report: Report): void {
  if ((mode & setIdOrSticky) !== 0) report('A11.set-id', `${shown(path)} has mode ${mode.toString(8)}`);
  if (type !== 'symlink' && (mode & worldWritable) !== 0) report('A11.world-writable', shown(path));
}

function reportLink({ path, linkTarget }: MemberFacts, report: Report): void {
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
 * Text of an archive's own making: UTF-8, NFC, no control character.
 *
 * @throws GatehouseError `package.refused` with `A9.*`
 */
export function memberText(raw: Uint8Array, what: string): string {
  if (raw.length > maxNameBytes) refuse('A9.long', `a ${what} of ${raw.length} bytes`);
  const text = decodeUtf8(raw, what);
  if (/\p{Cc}/u.test(text)) refuse('A9.control', `the ${what} ${shown(text)} holds a control character`);
  if (text.normalize('NFC') !== text) refuse('A9.nfc', `the ${what} ${shown(text)} is not in Unicode's normal form C`);
  return text;
}

function decodeUtf8(raw: Uint8Array, what: string): string {
  try {
    return decoder.decode(raw);
  } catch {
    return refuse('A9.utf8', `a ${what} is not UTF-8`);
  }
}

/**
 * A member's name as the one path every reader would give it: relative, `/`-separated, equal to its own normal form.
 * A leading `./` and a directory's trailing `/` are taken off and reported; the root itself becomes the empty path.
 *
 * @throws GatehouseError `package.refused` with `A9.*`
 */
export function memberPath(raw: Uint8Array, directory: boolean, report: Report): string {
  const name = memberText(raw, 'member name');
  const path = withoutSlash(withoutDot(name, report), directory, report);
  if (directory && (path === '' || path === '.')) return '';
  const problem = pathProblem(path);
  if (problem !== null) refuse(problem, `the member name ${shown(name)}`);
  return path;
}

function withoutDot(name: string, report: Report): string {
  if (!name.startsWith('./')) return name;
  report('archive.dot-prefix', `the member name ${shown(name)} starts with ./`);
  return name.slice(2);
}

function withoutSlash(name: string, directory: boolean, report: Report): string {
  if (!directory || !name.endsWith('/') || name === '/') return name;
  report('archive.directory-slash', `the directory ${shown(name)} ends in /`);
  return name.slice(0, -1);
}

function pathProblem(path: string): string | null {
  if (path.includes('\\')) return 'A9.backslash';
  if (path.startsWith('/')) return 'A9.absolute';
  if (/^[A-Za-z]:/.test(path)) return 'A9.drive';
  const parts = path.split('/');
  if (parts.includes('..')) return 'A9.parent';
  if (parts.includes('') || parts.includes('.')) return 'A9.normal';
  return isReserved(path) ? 'A9.reserved' : null;
}

/** CEP 34: what an installer writes there itself; compared without case, for file systems that do. */
function isReserved(path: string): boolean {
  const folded = path.toLowerCase();
  return folded.split('/', 1)[0] === 'conda-meta' || folded === 'info/repodata_record.json';
}
