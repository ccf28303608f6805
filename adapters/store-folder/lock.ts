import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { scheduler } from 'node:timers/promises';
import { GatehouseError } from '../../core/problems/error.ts';
import { makeFolder } from '../make-folder.ts';
import { internalPath } from './key-path.ts';

/** Runs work while nobody else does. */
type Exclusive = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Runs one piece of work at a time over all processes that have this store open. The lock is SQLite's on an empty
 * database: the kernel lets go of it when its process ends, however it ends, so none is ever stale and nobody has to
 * guess who is alive (lock files with process numbers cannot be broken without a race, nor seen across containers).
 *
 * @param patienceMs how long to wait for the others before GatehouseError `store.busy` (retry)
 */
export function exclusiveLock(root: string, patienceMs = 10_000): Exclusive {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(() => hold(internalPath(root, 'locks', 'store.sqlite'), patienceMs, work));
    last = turn.catch(() => undefined);
    return turn;
  };
}

async function hold<T>(path: string, patienceMs: number, work: () => Promise<T>): Promise<T> {
  makeFolder(dirname(path));
  const deadline = performance.now() + patienceMs;
  // Waiting is done here: SQLite's own would stop the whole process.
  using database = new DatabaseSync(path, { timeout: 0 });
  while (!tryBegin(database, path)) {
    if (performance.now() > deadline) throw busy(patienceMs);
    await scheduler.wait(1 + Math.random() * 9);
  }
  return await work();
}

function tryBegin(database: DatabaseSync, path: string): boolean {
  try {
    database.exec('BEGIN IMMEDIATE');
    return true;
  } catch (cause) {
    if (isBusy(cause)) return false;
    const hint = `if ${path} was damaged, remove it while nothing uses the store: it holds nothing`;
    throw new GatehouseError('store.broken', 'the store cannot be locked', { hint, cause });
  }
}

/** SQLITE_BUSY is 5; the extended codes keep it in the low byte (https://sqlite.org/rescode.html). */
const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' && (error.errcode & 0xff) === 5;

function busy(patienceMs: number): GatehouseError {
  const hint = 'another gatehouse is writing to this store, or one is stopped; let it finish or end it';
  return new GatehouseError('store.busy', `the store was in use for ${patienceMs} ms`, { hint, retry: true });
}
