import type { BigIntStats } from 'node:fs';
import { type FileHandle, lstat } from 'node:fs/promises';
import { nullIfAbsent } from './fs-error.ts';

/** A file's tag: inode, time of change in nanoseconds, size. Renaming and linking keep it; a copy has another. */
export const fileEtag = (stats: BigIntStats): string =>
  [stats.ino, stats.mtimeNs, stats.size].map((fact) => fact.toString(36)).join('-');

/** The regular file at a path, or null; a symbolic link is no object. */
export async function regularFile(path: string): Promise<BigIntStats | null> {
  const stats = await nullIfAbsent(lstat(path, { bigint: true }));
  return stats?.isFile() ? stats : null;
}

/**
 * Gives a file a time of change later than `previous`, so that no two versions of a key share a tag: Linux before 6.13
 * stamps files by the tick (up to 4 ms), reuses an inode at once, and a counter's versions have one size.
 *
 * @param previous nanoseconds since the epoch
 */
export async function stampLater(handle: FileHandle, previous: bigint): Promise<void> {
  const now = (performance.timeOrigin + performance.now()) / 1000;
  // A double holds today's seconds to 240 ns, so 2 µs survive the rounding.
  const seconds = Math.max(now, Number(previous) / 1e9 + 2e-6);
  await handle.utimes(seconds, seconds);
}
