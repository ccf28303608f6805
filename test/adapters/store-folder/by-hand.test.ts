import { copyFile, mkdir, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderStore } from '../../../adapters/store-folder/store-folder.ts';
import { bytes, key, listed, textOf } from '../../support/store/objects.ts';
import { at, folder, place, publish, store, useTouchedStore } from '../../support/store/touched-store.ts';

useTouchedStore();

describe('a folder store that people touch', () => {
  it('reads and deletes nothing in a folder that does not exist, and does not make it', async () => {
    expect(await store.get(key('conda/noarch/repodata.json'))).toBeNull();
    expect(await listed(store, 'conda/')).toEqual([]);
    const missing = folderStore(join(folder.path, 'typo'));
    expect(await listed(missing, '')).toEqual([]);
    expect(await missing.get(key('x'))).toBeNull();
    await missing.delete(key('x'));
    expect(await readdir(folder.path)).not.toContain('typo');
  });

  it('keeps each object as a plain file at its key, and finds files copied there', async () => {
    await store.put(key('conda/noarch/a'), bytes('A'));
    expect(await readFile(at('conda/noarch/a'), 'utf8')).toBe('A');
    await place(at('conda/linux-64/copied.conda'), 'C');
    expect(await textOf(await store.get(key('conda/linux-64/copied.conda')))).toBe('C');
    expect((await listed(store, 'conda/')).map((head) => head.key)).toEqual([
      'conda/linux-64/copied.conda',
      'conda/noarch/a',
    ]);
    expect(await store.put(key('conda/linux-64/copied.conda'), bytes('x'), { absent: true })).toEqual({
      status: 'conflict',
    });
  });

  it('tells when a file was copied there, however old it says it is', async () => {
    const before = Date.now();
    await place(at('conda/noarch/p'), 'old');
    await utimes(at('conda/noarch/p'), 1, 1);
    const [head] = await listed(store, 'conda/');
    expect(head?.modified).toBeGreaterThan(before - 1000);
    expect((await store.get(key('conda/noarch/p')))?.modified).toBe(head?.modified);
  });

  it('forgets metadata when a file is replaced or restored from a copy, by whichever means', async () => {
    const path = at('conda/noarch/p');
    for (const replace of [
      () => writeFile(path, 'other'),
      () => writeFile(path, 'first'),
      async () => {
        await copyFile(path, at('copy'));
        await rename(at('copy'), path);
      },
    ]) {
      await store.delete(key('conda/noarch/p'));
      await publish('conda/noarch/p', 'first');
      expect((await store.get(key('conda/noarch/p')))?.metadata).toEqual({ sha256: 'of first' });
      await replace();
      expect((await store.get(key('conda/noarch/p')))?.metadata).toEqual({});
    }
  });

  it('takes a torn or foreign metadata file for none', async () => {
    await publish('p', 'x');
    for (const damage of ['', '{', '{"etag":1}', '[]', '{"etag":"x","metadata":{"a":1}}']) {
      await writeFile(at('_gatehouse/meta/p.json'), damage);
      expect((await store.get(key('p')))?.metadata).toEqual({});
    }
  });

  it('does not show its own files, whatever they are asked by', async () => {
    await publish('p', 'x');
    await store.put(key('p'), bytes('y'));
    await using staged = await store.stage();
    await staged.write(bytes('waiting'));
    for (const prefix of ['', '_gatehouse/', '_gatehouse/incoming/', '_gatehouse/meta', '_gatehouse/locks/s']) {
      expect((await listed(store, prefix)).map((head) => head.key)).toEqual(prefix === '' ? ['p'] : []);
    }
    for (const inside of ['_gatehouse/meta/p.json', '_gatehouse/locks/store.sqlite', '_gatehouse/incoming']) {
      await expect(store.get(key(inside))).rejects.toMatchObject({ code: 'store.broken' });
      await expect(store.put(key(inside), bytes('x'))).rejects.toMatchObject({ code: 'store.broken' });
      await expect(store.delete(key(inside))).rejects.toMatchObject({ code: 'store.broken' });
    }
  });

  it('says what stands in the way', async () => {
    await mkdir(at('conda/noarch/p.conda'), { recursive: true });
    await place(at('conda/file'), 'x');
    for (const where of ['conda/noarch/p.conda', 'conda/file/below']) {
      await expect(store.put(key(where), bytes('x'))).rejects.toMatchObject({ code: 'store.broken' });
      await expect(store.put(key(where), bytes('x'), { absent: true })).rejects.toMatchObject({ code: 'store.broken' });
      await expect(publish(where, 'x')).rejects.toMatchObject({ code: 'store.broken' });
    }
  });

  it('refuses keys that a file system would take for another', async () => {
    for (const where of ['a\0b', `a/\ud800`]) {
      await expect(store.put(key(where), bytes('x'))).rejects.toMatchObject({ code: 'store.broken' });
      await expect(store.get(key(where))).rejects.toMatchObject({ code: 'store.broken' });
    }
  });

  it('clears away what a process of the past left, even one that had our number, and nothing else', async () => {
    await store.put(key('first'), bytes('x'));
    await using staged = await store.stage();
    await staged.write(bytes('mine, and alive'));
    const [mine = ''] = await readdir(at('_gatehouse/incoming'));
    const [host = '', pid = '', started = ''] = mine.split('.');
    const kept = [mine, `${host}.${process.ppid}.1.aaaa`, `00000000.1.1.aaaa`, 'README'];
    const left = [`${host}.${pid}.${Number(started) - 1}.aaaa`, `${host}.4194305.1.aaaa`];
    for (const name of [...kept.slice(1), ...left]) await writeFile(at(`_gatehouse/incoming/${name}`), 'x');
    await folderStore(at('')).put(key('second'), bytes('x'));
    expect((await readdir(at('_gatehouse/incoming'))).sort()).toEqual(kept.sort());
    await rm(at('_gatehouse/incoming/README'));
  });

  it('lets others have their turn while it lists many', async () => {
    const names = Array.from({ length: 300 }, (_, i) => `n/${String(i).padStart(3, '0')}`);
    for (const name of names) await place(at(name), 'x');
    let [turns, done] = [0, false];
    const takeTurns = (): void => {
      turns += 1;
      if (!done) setImmediate(takeTurns);
    };
    takeTurns();
    const seen: number[] = [];
    for await (const _ of store.list('n/')) seen.push(turns);
    done = true;
    expect(seen).toHaveLength(300);
    expect(new Set(seen).size).toBeGreaterThan(4);
  });

  it('reads more objects by halves than it may keep files open, each still as it was or refused', async () => {
    const names = Array.from({ length: 100 }, (_, i) => `n/${String(i).padStart(3, '0')}`);
    for (const name of names) await store.put(key(name), bytes(`old ${name}`));
    const objects = await Promise.all(names.map((name) => store.get(key(name))));
    for (const object of objects) expect(Buffer.from((await object?.read(0, 3)) ?? []).toString()).toBe('old');
    for (const name of names.slice(0, 50)) await store.put(key(name), bytes(`new ${name}`));
    const outcomes = await Promise.all(objects.map((object) => textOf(object).catch((error) => error.code)));
    expect(outcomes.slice(50)).toEqual(names.slice(50).map((name) => `old ${name}`));
    for (const [i, outcome] of outcomes.slice(0, 50).entries()) {
      expect([`old ${names[i]}`, 'store.conflict']).toContain(outcome);
    }
    expect(outcomes).toContain('store.conflict');
  });
});
