import type { BigIntStats } from 'node:fs';
import { link, lstat, mkdir, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { GatehouseError } from '../../core/error.ts';
import type { Condition, PutOutcome } from '../../core/ports/store.ts';
import { fileEtag, stampLater } from './file-etag.ts';
import { fsCode, nullIfAbsent } from './fs-error.ts';
import type { IncomingFile } from './incoming.ts';

export const conflict: PutOutcome = { status: 'conflict' };

/** The file at an object's place, or null; throws when something else is there. */
export async function occupant(path: string): Promise<BigIntStats | null> {
  const there = await nullIfAbsent(lstat(path, { bigint: true }));
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

/** Gives the file its name if nothing has it: link(2) makes a name whole and never replaces one. */
export async function createFile(file: IncomingFile, path: string): Promise<PutOutcome> {
  await mkdir(dirname(path), { recursive: true });
  try {
    await link(file.path, path);
  } catch (error) {
    if (fsCode(error) !== 'EEXIST') throw error;
    await occupant(path);
    return conflict;
  }
  return written(file);
}

/** Puts the file in the place of what is there, if the condition holds; call it under the lock. */
export async function replaceFile(file: IncomingFile, path: string, condition?: Condition): Promise<PutOutcome> {
  const current = await occupant(path);
  if (!allows(condition, current)) return conflict;
  await stampLater(file.handle, current?.mtimeNs ?? 0n);
  return moveFile(file, path);
}

/** Puts the file in the place of whatever is there: the caller holds the lock and has looked. */
export async function moveFile(file: IncomingFile, path: string): Promise<PutOutcome> {
  await mkdir(dirname(path), { recursive: true });
  await rename(file.path, path);
  return written(file);
}

async function written({ handle }: IncomingFile): Promise<PutOutcome> {
  return { status: 'written', etag: fileEtag(await handle.stat({ bigint: true })) };
}
