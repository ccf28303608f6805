import { type BigIntStats, closeSync, fsync, linkSync, openSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import type { Condition, PutOutcome } from '../../core/ports/store.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import { makeFolder } from '../make-folder.ts';
import { fileEtag, regularFile, statsAt } from '../open-file.ts';
import { systemErrorCode } from '../system-error.ts';

export const conflict: PutOutcome = { status: 'conflict' };

const flush = promisify(fsync);

/** Makes a new file of these bytes and has them on disk; what a failure leaves is the caller's to remove. */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const descriptor = openSync(path, 'wx');
  try {
    writeFileSync(descriptor, bytes);
    await flush(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** The file at an object's place, or null; throws when something else is there. */
export function occupant(path: string): BigIntStats | null {
  const there = statsAt(path);
  if (there === null || there.isFile()) return there;
  const hint = 'move it away: an object of the store belongs there';
  throw new GatehouseError('store.broken', `${path} is not a regular file`, { hint });
}

/** A write under this condition may go ahead over what is at its place now. */
export function allows(condition: Condition | undefined, current: BigIntStats | null): boolean {
  if (condition === undefined) return true;
  if ('absent' in condition) return current === null;
  return current !== null && fileEtag(current) === condition.etag;
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

/** Gives the file at `from` its name if nothing has it: link(2) makes a name whole and never replaces one. */
export function createFile(from: string, path: string): PutOutcome {
  makeFolder(dirname(path));
  try {
    linkSync(from, path);
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error;
    occupant(path);
    return conflict;
  }
  return written(from);
}

/** Puts the file in the place of whatever is there: the caller holds the lock, and has checked and stamped it. */
export function moveFile(from: string, path: string): PutOutcome {
  makeFolder(dirname(path));
  const outcome = written(from);
  renameSync(from, path);
  return outcome;
}

/** The outcome for a file under the name it came in by: its tag is its own, whichever name it has. */
function written(from: string): PutOutcome {
  const stats = regularFile(from);
  if (stats === null)
    throw new GatehouseError('store.broken', `${from} was removed while it was written`, { retry: true });
  return { status: 'written', etag: fileEtag(stats) };
}
