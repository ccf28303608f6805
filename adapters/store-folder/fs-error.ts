import { GatehouseError } from '../../core/error.ts';

/** The system's name for what failed (`ENOENT`), or null when the error is not a system call's. */
export function fsCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

const absences = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG']);

/** Whether a system call failed because nothing is, or could be, at its path. */
export const isAbsence = (error: unknown): boolean => absences.has(fsCode(error) ?? '');

/** What `look` finds; null when nothing is, or could be, at the path. */
export function nullIfAbsent<T>(look: () => T): T | null {
  try {
    return look();
  } catch (error) {
    if (isAbsence(error)) return null;
    throw error;
  }
}

const hints: Readonly<Record<string, string>> = {
  ENOSPC: 'free space on the disk that holds the store, then run again: nothing half-written was kept',
  EDQUOT: 'the disk quota is used up: free space, then run again',
  EROFS: 'the store is on a read-only disk',
  EACCES: 'give this user the right to read and write the store',
  EPERM: 'the store needs a disk with hard links, and the right to write there',
  EXDEV: 'the whole store must be on one disk: _gatehouse/ may not be a mount of its own',
  EISDIR: 'a folder stands where this object belongs: move it away',
  ENOTDIR: 'a file stands where a folder of the store belongs: move it away',
};

const passing = new Set(['EMFILE', 'ENFILE', 'EAGAIN', 'EBUSY', 'ETIMEDOUT']);

/** What `work` gives; a failed system call becomes GatehouseError `store.broken` that names the object. */
export async function asStoreError<T>(doing: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const code = fsCode(cause);
    if (cause instanceof GatehouseError || code === null) throw cause;
    const hint = hints[code];
    const details = { retry: passing.has(code), cause, ...(hint && { hint }) };
    throw new GatehouseError('store.broken', `the store failed to ${doing} (${code})`, details);
  }
}
