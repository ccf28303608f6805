import type { GateMember } from '../reading.ts';

/** As Linux has it (`path_resolution(7)`): a link that leads on through more is none that can be followed. */
const maxHops = 40;

/** The file of the package that a symlink leads to in the end; null where that is a folder, of another package, or nothing. */
export function linkedFile(link: GateMember, members: ReadonlyMap<string, GateMember>): GateMember | null {
  let at: GateMember | undefined = link;
  for (let hops = 0; at?.type === 'symlink' && hops < maxHops; hops++) {
    const path = joined(at.path, at.linkTarget ?? '');
    at = path === null ? undefined : members.get(path);
  }
  return at?.type === 'file' ? at : null;
}

/** A link's target as a path of the package; null where it leads out of it. */
function joined(path: string, target: string): string | null {
  if (target.startsWith('/')) return null;
  const parts = path.split('/').slice(0, -1);
  for (const part of target.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return null;
  }
  return parts.join('/');
}
