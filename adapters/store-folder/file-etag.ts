import { type BigIntStats, lstatSync, utimesSync } from 'node:fs';
import { nullIfAbsent } from './fs-error.ts';

/** A file's tag: inode, time of change in nanoseconds, size. Renaming and linking keep it; a copy has another. */
export const fileEtag = (stats: BigIntStats): string =>
  [stats.ino, stats.mtimeNs, stats.size].map((fact) => fact.toString(36)).join('-');

/** What lies at a path itself, be it a link, or null. */
export function factsAt(path: string): BigIntStats | null {
  // Without an error to build, which costs more than the call, and nearly every new object meets one.
  return nullIfAbsent(() => lstatSync(path, { bigint: true, throwIfNoEntry: false })) ?? null;
}

/** When a file came to be as it is: a copy may keep the old time of its content, but not that of its inode. */
export const fileModified = (stats: BigIntStats): number =>
  Number((stats.mtimeNs > stats.ctimeNs ? stats.mtimeNs : stats.ctimeNs) / 1_000_000n);

/** The regular file at a path, or null; a symbolic link is no object. */
export function regularFile(path: string): BigIntStats | null {
  const stats = factsAt(path);
  return stats?.isFile() ? stats : null;
}

/**
 * Gives a file a time of change later than `previous`, so that no two versions of a key share a tag: Linux before 6.13
 * stamps files by the tick (up to 4 ms), reuses an inode at once, and a counter's versions have one size.
 *
 * @param previous nanoseconds since the epoch
 */
export function stampLater(path: string, previous: bigint): void {
  const now = (performance.timeOrigin + performance.now()) / 1000;
  // A double holds today's seconds to 240 ns, so 2 µs survive the rounding.
  const seconds = Math.max(now, Number(previous) / 1e9 + 2e-6);
  utimesSync(path, seconds, seconds);
}
