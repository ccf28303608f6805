import { mkdir, readdir, readFile, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { folderCache } from '../../adapters/cache-folder.ts';
import { contents, documentCacheContract, stream } from '../contracts/document-cache.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/machine/temporary-folder.ts';
import { openIn } from '../support/store/open-in.ts';

documentCacheContract('the cache in a folder', async () => {
  const folder = await temporaryFolder();
  return {
    cache: folderCache(join(folder.path, 'not', 'yet')),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
});

const url = 'https://example.org/noarch/repodata.json';

async function onlyFile({ path }: TemporaryFolder): Promise<string> {
  const names = await readdir(path);
  expect(names).toHaveLength(1);
  return join(path, names[0] ?? '');
}

describe('the cache in a folder', () => {
  it('keeps documents for the next process', async () => {
    await using folder = await temporaryFolder();
    await folderCache(folder.path).put(url, '"1"', stream('kept'));
    const document = await folderCache(folder.path).get(url);
    expect([document?.etag, await contents(document)]).toEqual(['"1"', 'kept']);
  });

  it.each(['cache', '_gatehouse/cache', '_gatehouse'])('follows no link below its root: %s', async (link) => {
    await using folder = await temporaryFolder();
    await using elsewhere = await temporaryFolder();
    await mkdir(dirname(join(folder.path, link)), { recursive: true });
    await symlink(elsewhere.path, join(folder.path, link));
    const cache = folderCache(join(folder.path, link, 'below'), { root: folder.path });
    const linked = { code: 'store.broken', message: expect.stringContaining('symbolic link') };
    await expect(cache.put(url, null, stream('x'))).rejects.toMatchObject(linked);
    await expect(cache.get(url)).rejects.toMatchObject(linked);
    expect(await readdir(elsewhere.path)).toEqual([]);
  });

  it('misses what was damaged, wherever the damage is, and takes it anew', async () => {
    await using folder = await temporaryFolder();
    const cache = folderCache(folder.path);
    await cache.put(url, '"1"', stream('some bytes of a document'));
    const path = await onlyFile(folder);
    const sound = await readFile(path);
    await fc.assert(
      fc.asyncProperty(fc.nat(sound.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const bytes = Buffer.from(sound);
        bytes[at] = (bytes[at] ?? 0) ^ change;
        await writeFile(path, bytes);
        const found = await cache.get(url);
        // The ETag has no checksum: damaged, it only costs a download.
        if (found !== null)
          expect([found.etag === '"1"', await contents(found)]).toEqual([false, 'some bytes of a document']);
      }),
    );
    for (let length = 0; length < sound.length; length += 7) {
      await writeFile(path, sound);
      await truncate(path, length);
      expect(await cache.get(url)).toBeNull();
    }
    await cache.put(url, '"2"', stream('anew'));
    expect(await contents(await cache.get(url))).toBe('anew');
  });

  it('says what stands in the place of a document', async () => {
    await using folder = await temporaryFolder();
    await folderCache(folder.path).put(url, '"1"', stream('kept'));
    const path = await onlyFile(folder);
    await rm(path);
    await mkdir(path);
    const refused = { code: 'store.broken', hint: expect.stringContaining('a folder stands where') };
    await expect(folderCache(folder.path).put(url, '"1"', stream('kept'))).rejects.toMatchObject(refused);
  });

  it('misses a document that is of another URL', async () => {
    await using folder = await temporaryFolder();
    const cache = folderCache(folder.path);
    await cache.put(url, '"1"', stream('one'));
    const path = await onlyFile(folder);
    const moved = await readFile(path);
    await cache.put('https://example.org/other', '"2"', stream('two'));
    const [other = ''] = (await readdir(folder.path)).filter((name) => join(folder.path, name) !== path);
    await writeFile(join(folder.path, other), moved);
    expect(await cache.get('https://example.org/other')).toBeNull();
  });

  it('keeps no file open for a small document, a damaged one or a miss', async () => {
    await using folder = await temporaryFolder();
    const cache = folderCache(folder.path);
    await cache.put(url, '"1"', stream('small'));
    await Promise.all(Array.from({ length: 50 }, () => cache.get(url)));
    await truncate(await onlyFile(folder), 3);
    expect(await cache.get(url)).toBeNull();
    expect(openIn(folder.path)).toEqual([]);
    const large = await cache.put(url, '"1"', stream('x'.repeat(2_000_000)));
    expect(openIn(folder.path)).toHaveLength(1);
    expect(large.size).toBe(2_000_000);
  });

  it('leaves nothing half written behind, and sweeps what a killed process left a day ago', async () => {
    await using folder = await temporaryFolder();
    const [old, young] = ['old.part', 'young.part'].map((name) => join(folder.path, name));
    for (const path of [old, young]) await writeFile(path ?? '', 'half');
    await utimes(old ?? '', 1e9, 1e9);
    const failing = (async function* () {
      yield Buffer.from('half');
      throw new Error('cut');
    })();
    await expect(folderCache(folder.path).put(url, null, failing)).rejects.toThrow('cut');
    expect(await readdir(folder.path)).toEqual(['young.part']);
  });
});
