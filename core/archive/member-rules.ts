import { type Report, refuse, shown } from './finding.ts';
import type { ReadLimits } from './read-limits.ts';

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
 * Rules A10 to A12: the same path twice is refused; links, modes and collisions that only some machines mind are
 * reported for the gate to decide.
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
