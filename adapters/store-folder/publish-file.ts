import { type BigIntStats, linkSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { GatehouseError } from '../../core/error.ts';
import type { Condition, PutOutcome } from '../../core/ports/store.ts';
import { factsAt, fileEtag, regularFile, stampLater } from './file-etag.ts';
import { fsCode } from './fs-error.ts';

export const conflict: PutOutcome = { status: 'conflict' };

/** The file at an object's place, or null; throws when something else is there. */
export function occupant(path: string): BigIntStats | null {
  const there = factsAt(path);
  if (there === null || there.isFile()) return there;
  const hint = 'move it away: an object of the store belongs there';
  throw new GatehouseError('store.broken', `${path} is not a regular file`, { hint });
}

/** Whether a write may go ahead over what is at its place now. */
export function allows(condition: Condition | undefined, current: BigIntStats | null): boolean {
  if (condition === undefined) return true;
  if ('absent' in condition) return current === null;
  return current !== null && fileEtag(current) === condition.etag;
}

/** Gives the file at `from` its name if nothing has it: link(2) makes a name whole and never replaces one. */
export function createFile(from: string, path: string): PutOutcome {
  mkdirSync(dirname(path), { recursive: true });
  try {
    linkSync(from, path);
  } catch (error) {
    if (fsCode(error) !== 'EEXIST') throw error;
    occupant(path);
    return conflict;
  }
  return written(from);
}

/** Puts the file in the place of what is there, if the condition holds; call it under the lock. */
export function replaceFile(from: string, path: string, condition?: Condition): PutOutcome {
  const current = occupant(path);
  if (!allows(condition, current)) return conflict;
  stampLater(from, current?.mtimeNs ?? 0n);
  return moveFile(from, path);
}

/** Puts the file in the place of whatever is there: the caller holds the lock and has looked. */
export function moveFile(from: string, path: string): PutOutcome {
  mkdirSync(dirname(path), { recursive: true });
  const outcome = written(from);
  renameSync(from, path);
  return outcome;
}

/** Of a file under the name it came in by: its tag is its own, whichever name it has. */
function written(from: string): PutOutcome {
  const stats = regularFile(from);
  if (stats === null)
    throw new GatehouseError('store.broken', `${from} was removed while it was written`, { retry: true });
  return { status: 'written', etag: fileEtag(stats) };
}
