import { createHash } from 'node:crypto';

/** A member as a reader sees it, in one spelling, so that what two readers see can be compared. */
export interface SeenMember {
  /** Without `./` in front and `/` at the end. */
  readonly path: string;
  /** As Python's tarfile, yauzl or we see it; what else a reader may know of is of a type that nobody passes. */
  readonly type: 'file' | 'directory' | 'symlink' | 'other';
  /** Of a file's bytes, in hex; empty of what is no file. */
  readonly sha256: string;
  readonly linkTarget: string;
}

export const sha256Hex = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A name as we would spell it. */
export const plainPath = (name: string): string => name.replace(/^(\.\/)+/, '').replace(/\/+$/, '');

/** One line a member, in order of path; the archive's own root is none. */
export const listing = (members: readonly SeenMember[]): string[] =>
  members
    .map((member) => ({ ...member, path: plainPath(member.path) }))
    .filter(({ path }) => path !== '' && path !== '.')
    .map(({ path, type, sha256, linkTarget }) => `${type} ${JSON.stringify(path)} ${sha256} ${linkTarget}`.trim())
    .sort();
