import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { folderStore } from '../../../adapters/store-folder/store-folder.ts';
import { temporaryFolder } from '../../support/machine/temporary-folder.ts';
import { bytes, key, listed } from '../../support/store/objects.ts';

/** A folder that this user may not enter, as the system treats it whoever runs the test; a test sets it. */
let closed: string | null = null;
const isClosed = (path: unknown) => closed !== null && String(path).startsWith(`${closed}/`);
const denied = () => Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });

vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>();
  const lstatSync = (...[path, options]: Parameters<typeof real.lstatSync>) => {
    if (isClosed(path)) throw denied();
    return real.lstatSync(path, options);
  };
  return { ...real, lstatSync, existsSync: (path: string) => !isClosed(path) && real.existsSync(path) };
});
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const readdir = async (path: string) => {
    if (isClosed(path)) throw denied();
    return real.readdir(path, { withFileTypes: true });
  };
  return { ...real, readdir };
});

it('a folder that may not be entered is not taken for an empty one', async () => {
  await using folder = await temporaryFolder();
  const store = folderStore(folder.path);
  await store.put(key('conda/linux-64/a'), bytes('x'));
  closed = join(folder.path, 'conda');
  const broken = { code: 'store.broken', message: expect.stringContaining('EACCES'), hint: expect.any(String) };
  await expect(listed(store, '')).rejects.toMatchObject(broken);
  await expect(listed(store, 'conda/')).rejects.toMatchObject(broken);
  await expect(listed(store, 'conda/linux-64/')).rejects.toMatchObject(broken);
});
