import { mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
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
});
