import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { folderStore } from '../../../adapters/store-folder/store-folder.ts';
import type { Metadata, Store } from '../../../core/ports/store.ts';
import { temporaryFolder } from '../../support/machine/temporary-folder.ts';
import { disk } from '../../support/store/mortal-disk.ts';
import { bytes, key, listed, textOf } from '../../support/store/objects.ts';

vi.mock('node:fs', async (original) => {
  const { mortalCalls } = await import('../../support/store/mortal-disk.ts');
  return mortalCalls(await original());
});
vi.mock('node:fs/promises', async (original) => {
  const { mortalDisk } = await import('../../support/store/mortal-disk.ts');
  return mortalDisk(await original());
});

afterEach(() => {
  disk.full = false;
  disk.callsLeft = Number.POSITIVE_INFINITY;
});

const incoming = (root: string): Promise<string[]> => readdir(join(root, '_gatehouse', 'incoming'));

async function publish(store: Store, where: string, metadata: Metadata): Promise<void> {
  await using staged = await store.stage();
  await staged.write(bytes('first '));
  await staged.write(bytes('second'));
  await staged.publish(key(where), metadata);
}

/** Every way to change a store, and the texts that its object may have afterwards, done or not. */
const changes: readonly [string, (store: Store) => Promise<unknown>, readonly (string | null)[]][] = [
  ['creating', (store) => store.put(key('new/k'), bytes('created'), { absent: true }), [null, 'created']],
  ['putting', (store) => store.put(key('new/k'), bytes('put'), undefined), [null, 'put']],
  ['replacing', (store) => store.put(key('old/k'), bytes('replaced')), ['old', 'replaced']],
  ['swapping', swap, ['old', 'swapped']],
  ['publishing', (store) => publish(store, 'new/k', { of: 'first second' }), [null, 'first second']],
  ['deleting', (store) => store.delete(key('old/k')), ['old', null]],
];

async function swap(store: Store): Promise<void> {
  const etag = (await store.get(key('old/k')))?.etag ?? '';
  await store.put(key('old/k'), bytes('swapped'), { etag });
}

/** What is at the key when the process was killed at its nth call to the disk, in the eyes of the next; and then done. */
async function killedAt(calls: number, change: (store: Store) => Promise<unknown>, where: string) {
  await using folder = await temporaryFolder();
  await folderStore(folder.path).put(key('old/k'), bytes('old'));
  disk.callsLeft = calls;
  await change(folderStore(folder.path)).catch(() => {});
  const killed = disk.callsLeft < 0;
  disk.callsLeft = Number.POSITIVE_INFINITY;
  const after = folderStore(folder.path);
  const object = await after.get(key(where));
  const [text, list] = [await textOf(object), await listed(after, where)];
  expect(list.map(({ size }) => size)).toEqual(text === null ? [] : [text.length]);
  if (text === 'first second') expect(object?.metadata).toEqual({ of: text });
  await change(after);
  return { killed, text, again: await textOf(await after.get(key(where))) };
}

describe('a folder store whose process is killed', () => {
  it.each(changes)('at any call to the disk while %s has the object whole: old or new', async (_, change, texts) => {
    const seen = new Set<string | null>();
    for (let calls = 0, killed = true; killed; calls++) {
      const found = await killedAt(calls, change, texts.includes('old') ? 'old/k' : 'new/k');
      expect(texts).toContain(found.text);
      expect(found.again).toBe(texts[1]);
      seen.add(found.text);
      killed = found.killed;
    }
    expect(seen).toEqual(new Set(texts));
  });
});

it('keeps every object and no leftovers when the disk is full, and says so', async () => {
  await using folder = await temporaryFolder();
  const store = folderStore(folder.path);
  await store.put(key('k'), bytes('old'));
  disk.full = true;
  const failure = {
    code: 'store.broken',
    message: expect.stringContaining('ENOSPC'),
    hint: expect.stringMatching(/free/),
  };
  await expect(store.put(key('k'), bytes('new'))).rejects.toMatchObject(failure);
  await expect(store.put(key('other'), bytes('new'), { absent: true })).rejects.toMatchObject(failure);
  await expect(publish(store, 'package', {})).rejects.toMatchObject(failure);
  expect((await listed(store, '')).map((head) => head.key)).toEqual(['k']);
  expect(await textOf(await store.get(key('k')))).toBe('old');
  expect(await incoming(folder.path)).toEqual([]);
  disk.full = false;
  expect(await store.put(key('k'), bytes('new'))).toMatchObject({ status: 'written' });
});
