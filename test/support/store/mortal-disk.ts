import type * as callbacks from 'node:fs';
import type * as promises from 'node:fs/promises';

type Calls = typeof callbacks;
type Disk = typeof promises;

/** How the disk behaves; tests set it. */
export const disk = { full: false, callsLeft: Number.POSITIVE_INFINITY };

/**
 * node:fs for `vi.mock`, over the real disk. When it is full, a write leaves its first half and fails. When `callsLeft`
 * is used up the process is as good as killed: that call does half of what it can do by halves or nothing, and every
 * later one fails, those that would have cleaned up included.
 */
export function mortalCalls(real: Calls): Calls {
  const { linkSync, renameSync, unlinkSync, rmSync, mkdirSync, lstatSync, readFileSync, openSync, utimesSync } = real;
  const calls = { linkSync, renameSync, unlinkSync, rmSync, mkdirSync, lstatSync, readFileSync, openSync, utimesSync };
  const half = (to: number | string, data: unknown) => real.writeFileSync(to, Buffer.from(String(data)).subarray(0, 2));
  const writeFileSync = mortal((to: number | string, data: Uint8Array) => {
    if (!disk.full) return real.writeFileSync(to, data);
    half(to, data);
    throw noSpace();
  }, half);
  const fsync = (descriptor: number, done: (error: Error | null) => void) => {
    if (isAlive()) real.fsync(descriptor, done);
    else done(new Error('killed'));
  };
  const wrapped = Object.fromEntries(
    Object.entries(calls).map(([name, call]) => [name, mortal(call as () => unknown)]),
  );
  return { ...real, ...wrapped, writeFileSync, fsync } as Calls;
}

/** node:fs/promises likewise. */
export function mortalDisk(real: Disk): Disk {
  const open: Disk['open'] = async (...args) => {
    const handle = await mortal(real.open)(...args);
    const write = handle.writeFile.bind(handle);
    const half = (data: Parameters<typeof write>[0]) => write(Buffer.from(String(data)).subarray(0, 2));
    const writeFile = mortal(async (data: Parameters<typeof write>[0]) => {
      if (!disk.full) return write(data);
      await half(data);
      throw noSpace();
    }, half);
    return Object.assign(handle, { writeFile, appendFile: writeFile, sync: mortal(handle.sync.bind(handle)) });
  };
  const { rm, mkdir, readdir } = real;
  const calls = { rm, mkdir, readdir };
  const wrapped = Object.fromEntries(
    Object.entries(calls).map(([name, call]) => [name, mortal(call as () => unknown)]),
  );
  // The store has no use for it; a store that had should be found out.
  const writeFile = mortal(real.writeFile, (path) => real.writeFile(path, 'ha'));
  return { ...real, ...wrapped, open, writeFile };
}

const noSpace = (): Error => Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });

function isAlive(): boolean {
  disk.callsLeft -= 1;
  return disk.callsLeft >= 0;
}

function mortal<A extends unknown[], R>(call: (...args: A) => R, half?: (...args: A) => unknown): (...args: A) => R {
  return (...args) => {
    if (isAlive()) return call(...args);
    const killed = new Error('killed');
    const done = disk.callsLeft === -1 ? half?.(...args) : undefined;
    if (done instanceof Promise) return done.then(() => Promise.reject(killed)) as R;
    throw killed;
  };
}
