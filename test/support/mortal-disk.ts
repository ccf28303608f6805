import type * as promises from 'node:fs/promises';

type Disk = typeof promises;
type Call = (...args: never[]) => Promise<unknown>;

/** How the disk behaves; tests set it. */
export const disk = { full: false, callsLeft: Number.POSITIVE_INFINITY };

/**
 * node:fs/promises for `vi.mock`, over the real disk. When it is full, a write leaves its first half and fails. When
 * `callsLeft` is used up the process is as good as killed: that call does half of what it can do by halves or nothing,
 * and every later one fails, those that would have cleaned up included.
 */
export function mortalDisk(real: Disk): Disk {
  const open: Disk['open'] = async (...args) => {
    const handle = await mortal(real.open)(...args);
    const write = handle.writeFile.bind(handle);
    const half = (data: Parameters<typeof write>[0]) => write(Buffer.from(String(data)).subarray(0, 2));
    const writeFile = mortal(async (data: Parameters<typeof write>[0]) => {
      if (!disk.full) return write(data);
      await half(data);
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    }, half);
    const [sync, utimes] = [mortal(handle.sync.bind(handle)), mortal(handle.utimes.bind(handle))];
    return Object.assign(handle, { writeFile, appendFile: writeFile, sync, utimes });
  };
  const { link, rename, unlink, rm, mkdir, readdir, lstat, readFile, realpath } = real;
  const calls = { link, rename, unlink, rm, mkdir, readdir, lstat, readFile, realpath };
  const wrapped = Object.fromEntries(Object.entries(calls).map(([name, call]) => [name, mortal(call as Call)]));
  // The store has no use for it; a store that had should be found out.
  const writeFile = mortal(real.writeFile, (path) => real.writeFile(path, 'ha'));
  return { ...real, ...wrapped, open, writeFile };
}

function mortal<A extends unknown[], R>(
  call: (...args: A) => Promise<R>,
  half?: (...args: A) => Promise<unknown>,
): (...args: A) => Promise<R> {
  return async (...args) => {
    disk.callsLeft -= 1;
    if (disk.callsLeft >= 0) return call(...args);
    if (disk.callsLeft === -1) await half?.(...args);
    throw new Error('killed');
  };
}
