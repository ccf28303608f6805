import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { folderCache } from '../../adapters/cache-folder.ts';
import { folderStore } from '../../adapters/store-folder/store-folder.ts';
import { contents, documentCacheContract, stream } from '../contracts/document-cache.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';
import { bytes, key } from '../support/store/objects.ts';

/** What the system says to an opening for writing or reading, to a write and to the making of a folder; a test sets it. */
const allWell = { open: null, read: null, write: null, mkdir: null };
const system: Record<keyof typeof allWell, string | null> = { ...allWell };
const failure = (code: string) => Object.assign(new Error(`${code}: said the system`), { code, syscall: 'open' });

vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>();
  const mkdirSync = (path: string, options?: { readonly recursive?: boolean }) => {
    // Of a read-only disk Node says ENOENT when it is asked to make the folders on the way too.
    if (system.mkdir !== null) throw failure(options?.recursive === true ? 'ENOENT' : system.mkdir);
    return real.mkdirSync(path, options);
  };
  const openSync: typeof real.openSync = (...what) => {
    if (system.read !== null) throw failure(system.read);
    return real.openSync(...what);
  };
  return { ...real, mkdirSync, openSync };
});
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const open: typeof real.open = async (path, flags, mode) => {
    if (system.open !== null) throw failure(system.open);
    const handle = await real.open(path, flags, mode);
    if (system.write === null) return handle;
    const full = failure(system.write);
    return Object.assign(handle, {
      write: async () => Promise.reject(full),
      writev: async () => Promise.reject(full),
      writeFile: async () => Promise.reject(full),
    });
  };
  return { ...real, open };
});

afterEach(() => Object.assign(system, allWell));

const url = 'https://example.org/noarch/repodata.json';

documentCacheContract('the cache in a folder that may not be written', async () => {
  const folder = await temporaryFolder();
  system.open = 'EROFS';
  return { cache: folderCache(folder.path), [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
});

describe('a folder that may not be written', () => {
  it.each(['EROFS', 'EACCES', 'EPERM', 'ENOSPC', 'EDQUOT'])('%s: documents are kept in memory', async (code) => {
    await using folder = await temporaryFolder();
    const cache = folderCache(join(folder.path, 'cache'));
    await cache.put(url, '"1"', stream('on disk'));
    system.open = code;
    expect(await contents(await cache.put(url, '"2"', stream('in ', 'memory')))).toBe('in memory');
    const found = await cache.get(url);
    expect([found?.etag, await contents(found)]).toEqual(['"2"', 'in memory']);
    system.open = null;
    expect(await contents(await folderCache(join(folder.path, 'cache')).get(url))).toBe('on disk');
    expect(await readdir(join(folder.path, 'cache'))).toHaveLength(1);
  });

  it.each(['EROFS', 'EACCES', 'ENOSPC'])('%s of its making, no folder being there yet', async (code) => {
    await using folder = await temporaryFolder();
    system.mkdir = code;
    const cache = folderCache(join(folder.path, 'not', 'yet'));
    expect(await contents(await cache.put(url, '"1"', stream('in memory')))).toBe('in memory');
    expect(await contents(await cache.get(url))).toBe('in memory');
    expect(await readdir(folder.path)).toEqual([]);
    const store = folderStore(folder.path);
    await expect(store.put(key('conda/x'), bytes('x'))).rejects.toMatchObject({
      code: 'store.broken',
      message: expect.stringContaining(code),
      hint: expect.any(String),
    });
  });

  it('a disk that fills up midway is an error to try again after, and then memory', async () => {
    await using folder = await temporaryFolder();
    const cache = folderCache(folder.path);
    system.write = 'ENOSPC';
    await expect(cache.put(url, '"1"', stream('some'))).rejects.toMatchObject({ code: 'store.broken', retry: true });
    expect(await contents(await cache.put(url, '"1"', stream('some')))).toBe('some');
    expect(await contents(await cache.get(url))).toBe('some');
    expect(await readdir(folder.path)).toEqual([]);
  });

  it('memory has a bound: a document over it says what to do', async () => {
    await using folder = await temporaryFolder();
    system.open = 'EROFS';
    const cache = folderCache(folder.path, { maxMemoryBytes: 10 });
    await cache.put('a', null, stream('123456'));
    await expect(cache.put('b', null, stream('123', '45'))).rejects.toMatchObject({
      code: 'store.broken',
      retry: false,
      hint: expect.stringContaining('may be written'),
    });
    expect([await cache.get('b'), await contents(await cache.get('a'))]).toEqual([null, '123456']);
    await cache.put('a', null, stream('1234567890'));
  });

  it("any other trouble is the store's, by its name", async () => {
    await using folder = await temporaryFolder();
    const broken = (code: string) => ({ code: 'store.broken', message: expect.stringContaining(`(${code})`) });
    await folderCache(folder.path).put(url, null, stream('x'));
    system.open = 'EIO';
    await expect(folderCache(folder.path).put(url, null, stream('x'))).rejects.toMatchObject(broken('EIO'));
    system.read = 'EACCES';
    await expect(folderCache(folder.path).get(url)).rejects.toMatchObject(broken('EACCES'));
  });

  it('a file in its place is to be moved away', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'cache'), '');
    const broken = { code: 'store.broken', hint: expect.stringContaining('move it away') };
    for (const place of [['cache'], ['cache', 'below']]) {
      await expect(folderCache(join(folder.path, ...place)).put(url, null, stream('x'))).rejects.toMatchObject(broken);
    }
  });
});
