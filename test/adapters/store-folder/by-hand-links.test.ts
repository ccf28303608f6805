import { once } from 'node:events';
import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderStore } from '../../../adapters/store-folder/store-folder.ts';
import { bytes, key, listed, textOf } from '../../support/store/objects.ts';
import { at, elsewhere, folder, place, publish, store, useTouchedStore } from '../../support/store/touched-store.ts';

useTouchedStore();

describe('a folder store that people touch', () => {
  it('follows no symbolic link out of the store: not to read, list, write or delete', async () => {
    await place(join(elsewhere.path, 'noarch/secret'), 'secret');
    await mkdir(at(''), { recursive: true });
    await symlink(elsewhere.path, at('conda'));
    const broken = { code: 'store.broken' };
    for (const where of ['conda/noarch/secret', 'conda/noarch/new', 'conda/new/new', 'conda/secret']) {
      await expect(store.get(key(where))).rejects.toMatchObject(broken);
      await expect(store.put(key(where), bytes('x'))).rejects.toMatchObject(broken);
      await expect(store.put(key(where), bytes('x'), { absent: true })).rejects.toMatchObject(broken);
      await expect(publish(where, 'x')).rejects.toMatchObject(broken);
      await expect(store.delete(key(where))).rejects.toMatchObject(broken);
    }
    for (const prefix of ['', 'con', 'conda/', 'conda/noarch/']) {
      await expect(listed(store, prefix)).rejects.toMatchObject(broken);
    }
    expect(await listed(store, 'staging/')).toEqual([]);
    expect(await readdir(elsewhere.path, { recursive: true })).toEqual(['noarch', 'noarch/secret']);
    expect(await readFile(join(elsewhere.path, 'noarch/secret'), 'utf8')).toBe('secret');
  });

  it('takes a link to a file for no object, and does not write through it', async () => {
    await place(join(elsewhere.path, 'secret'), 'secret');
    await mkdir(at('conda'), { recursive: true });
    await symlink(join(elsewhere.path, 'secret'), at('conda/link'));
    expect(await store.get(key('conda/link'))).toBeNull();
    expect(await listed(store, 'conda/')).toEqual([]);
    await expect(store.put(key('conda/link'), bytes('x'))).rejects.toMatchObject({ code: 'store.broken' });
    await expect(publish('conda/link', 'x')).rejects.toMatchObject({ code: 'store.broken' });
    expect(await readFile(join(elsewhere.path, 'secret'), 'utf8')).toBe('secret');
  });

  it('works when the store itself is reached by a link', async () => {
    await symlink(elsewhere.path, join(folder.path, 'linked'));
    const linked = folderStore(join(folder.path, 'linked'));
    await linked.put(key('conda/noarch/a'), bytes('A'));
    expect(await textOf(await linked.get(key('conda/noarch/a')))).toBe('A');
    expect(await readFile(join(elsewhere.path, 'conda/noarch/a'), 'utf8')).toBe('A');
  });

  it.each(['_gatehouse', '_gatehouse/incoming', '_gatehouse/meta', '_gatehouse/locks', '_gatehouse/meta/conda'])(
    'writes nothing through %s when it is a link',
    async (link) => {
      await mkdir(dirname(at(link)), { recursive: true });
      await symlink(elsewhere.path, at(link));
      const linked = { code: 'store.broken', message: expect.stringContaining(`"${link}" in the store is a symbolic`) };
      await expect(publish('conda/noarch/p', 'x')).rejects.toMatchObject(linked);
      expect(await readdir(elsewhere.path)).toEqual([]);
      expect(await listed(store, 'conda/')).toEqual([]);
    },
  );

  it('reads no metadata through a link, and locks no file that is one', async () => {
    await publish('conda/noarch/p', 'x');
    await rename(at('_gatehouse/meta'), join(elsewhere.path, 'meta'));
    await symlink(join(elsewhere.path, 'meta'), at('_gatehouse/meta'));
    await expect(store.get(key('conda/noarch/p'))).rejects.toMatchObject({ code: 'store.broken' });
    await rm(at('_gatehouse/locks'), { recursive: true });
    await mkdir(at('_gatehouse/locks'));
    await symlink(join(elsewhere.path, 'new'), at('_gatehouse/locks/store.sqlite'));
    await expect(store.put(key('conda/noarch/q'), bytes('y'))).rejects.toMatchObject({ code: 'store.broken' });
    expect(await readdir(elsewhere.path)).toEqual(['meta']);
  });
});

describe('a list of a folder that people touch', () => {
  const told = async (prefix: string) => {
    const seen: string[] = [];
    const keys: string[] = [];
    for await (const head of store.list(prefix, ({ path, kind }) => seen.push(`${kind} ${path}`))) keys.push(head.key);
    return { seen: seen.sort(), keys };
  };

  it('names what is no object, and lists the rest', async () => {
    await place(at('conda/noarch/real'), 'x');
    await place(at('conda/noarch/folder.conda/file'), 'x');
    await mkdir(join(elsewhere.path, 'noarch'));
    for (const [to, from] of [
      ['loop', 'loop'],
      ['nowhere', 'dangling'],
      ['real', 'to-file'],
      [elsewhere.path, 'to-folder'],
    ] as const) {
      await symlink(to, at(`conda/noarch/${from}`));
    }
    const socket = createServer().listen(at('conda/noarch/socket'));
    await once(socket, 'listening');
    const { seen, keys } = await told('conda/');
    socket.close();
    expect(keys).toEqual(['conda/noarch/folder.conda/file', 'conda/noarch/real']);
    expect(seen).toEqual([
      'folder conda/noarch/',
      'folder conda/noarch/folder.conda/',
      'link conda/noarch/dangling',
      'link conda/noarch/loop',
      'link conda/noarch/to-file',
      'link conda/noarch/to-folder',
      'socket conda/noarch/socket',
    ]);
  });

  // macOS and Windows take no name that is not UTF-8, so there is none to be listed.
  it.runIf(process.platform === 'linux')(
    'tells a name that is not UTF-8, and lists one that looks like it',
    async () => {
      await place(at('conda/noarch/\uFFFD'), 'U+FFFD');
      for (const name of ['caf', 'folder']) {
        const path = Buffer.concat([Buffer.from(at(`conda/noarch/${name}`)), Buffer.from([0xe9])]);
        await (name === 'folder' ? mkdir(path) : writeFile(path, 'Latin-1'));
      }
      const { seen, keys } = await told('conda/noarch/');
      expect(keys).toEqual(['conda/noarch/\uFFFD']);
      expect(seen).toEqual(['name conda/noarch/caf\uFFFD', 'name conda/noarch/folder\uFFFD/']);
    },
  );

  it('tells a path that is too long for a key', async () => {
    const long = ['conda', ...Array.from({ length: 6 }, () => 'x'.repeat(200)), 'p'].join('/');
    await place(at(long), 'x');
    const { seen, keys } = await told('conda/');
    expect(keys).toEqual([]);
    expect(seen.at(-1)).toBe(`name ${long}`);
  });

  it('without anybody to tell, a link to a folder throws and any other is passed over', async () => {
    await place(at('conda/noarch/real'), 'x');
    await symlink('loop', at('conda/noarch/loop'));
    expect((await listed(store, 'conda/')).map((head) => head.key)).toEqual(['conda/noarch/real']);
    await symlink(elsewhere.path, at('conda/linux-64'));
    await expect(listed(store, 'conda/')).rejects.toMatchObject({ code: 'store.broken' });
    expect(await told('conda/noarch/')).toMatchObject({ keys: ['conda/noarch/real'] });
  });
});
