import { GatehouseError } from '../core/problems/error.ts';

/** The system's name for what failed (`ENOENT`), or null when the error is not a system call's. */
export function systemErrorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

const absenceCodes = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG']);

/** Whether a system call failed because nothing is, or could be, at its path. */
export const isAbsence = (error: unknown): boolean => absenceCodes.has(systemErrorCode(error) ?? '');

/** The result of a system call; null when nothing is, or could be, at its path. */
export function nullIfAbsent<T>(call: () => T): T | null {
  try {
    return call();
  } catch (error) {
    if (isAbsence(error)) return null;
    throw error;
  }
}

const hintsByCode: Readonly<Record<string, string>> = {
  ENOSPC: 'free space on the disk that holds the store, then run again: nothing half-written was kept',
  EDQUOT: 'the disk quota is used up: free space, then run again',
  EROFS: 'the store is on a read-only disk',
  EACCES: 'give this user the right to read and write the store',
  EPERM: 'the store needs a disk with hard links, and the right to write there',
  EXDEV: 'the whole store must be on one disk: _gatehouse/ may not be a mount of its own',
  EISDIR: 'a folder stands where this object belongs: move it away',
  ENOTDIR: 'a file stands where a folder of the store belongs: move it away',
};

const transientCodes = new Set(['EMFILE', 'ENFILE', 'EAGAIN', 'EBUSY', 'ETIMEDOUT']);

/**
 * Runs `work` and gives its result.
 *
 * @throws GatehouseError `store.broken` in place of a failed system call: it says what the store was about to do, and
 * how to mend the disk. `retry` where the system was only short of something for the moment.
 */
export async function asDiskError<T>(doing: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const code = systemErrorCode(cause);
    if (cause instanceof GatehouseError || code === null) throw cause;
    const hint = hintsByCode[code];
    const details = { retry: transientCodes.has(code), cause, ...(hint && { hint }) };
    throw new GatehouseError('store.broken', `the store failed to ${doing} (${code})`, details);
  }
}
