import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { folderStore } from '../../../adapters/store-folder/store-folder.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import type { PublishWorld } from '../../../core/publish/publication.ts';
import { folderDigests } from '../../support/machine/folder-files.ts';
import { temporaryFolder } from '../../support/machine/temporary-folder.ts';
import { publishFiles, publishWorld } from '../../support/publish/publish-scene.ts';
import { buildSdist } from '../../support/python/build-sdist.ts';
import { buildWheel } from '../../support/python/build-wheel.ts';
import { disk } from '../../support/store/mortal-disk.ts';

vi.mock('node:fs', async (original) => {
  const { mortalCalls } = await import('../../support/store/mortal-disk.ts');
  return mortalCalls(await original());
});
vi.mock('node:fs/promises', async (original) => {
  const { mortalDisk } = await import('../../support/store/mortal-disk.ts');
  return mortalDisk(await original());
});

const release = { 'demo-1.0-py3-none-any.whl': buildWheel(), 'demo-1.0.tar.gz': buildSdist() };

const revive = () => {
  disk.full = false;
  disk.callsLeft = Number.POSITIVE_INFINITY;
};
afterEach(revive);

/** The keys of the store in a folder and their sha256, as a store that is opened anew tells them. */
async function atRest(root: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const store = folderStore(root);
  for await (const { key } of store.list('')) {
    const object = await store.read(key);
    if (object !== null && !/^_gatehouse\/(?:incoming|locks|meta)\//.test(key)) found[key] = sha256Of(object.bytes);
  }
  return found;
}

const worldIn = (root: string): PublishWorld => ({ ...publishWorld(), store: folderStore(root) });

async function whole(): Promise<Record<string, string>> {
  await using folder = await temporaryFolder();
  expect((await publishFiles(release, worldIn(folder.path))).problems).toEqual([]);
  return await atRest(folder.path);
}

/** No file without its name and its provenance. */
function unsound(all: Readonly<Record<string, string>>): string[] {
  return Object.entries(all).flatMap(([key, sha256]) => {
    if (!/^simple\/.*(?:whl|gz)$/.test(key)) return [];
    const needed = [`_gatehouse/names/${key}.json`, `_gatehouse/provenance/${key}/${sha256}.json`];
    return needed.filter((one) => !(one in all));
  });
}

it('a full disk leaves nothing half there, and the same call finishes once there is room', async () => {
  const expected = await whole();
  await using folder = await temporaryFolder();
  const world = worldIn(folder.path);
  disk.full = true;
  await expect(publishFiles(release, world)).rejects.toThrow(/ENOSPC|no space|full/i);
  revive();
  expect(await atRest(folder.path)).toEqual({});
  expect(await folderDigests(join(folder.path, '_gatehouse/incoming'))).toEqual({});
  expect((await publishFiles(release, world)).problems).toEqual([]);
  expect(await atRest(folder.path)).toEqual(expected);
});

it('a disk that dies at any of its calls leaves what is sound, and the same call finishes', async () => {
  const expected = await whole();
  const seen = new Set<number>();
  for (let calls = 0, isOver = false; !isOver; calls += 7) {
    await using folder = await temporaryFolder();
    disk.callsLeft = calls;
    await publishFiles(release, worldIn(folder.path)).catch(() => null);
    isOver = disk.callsLeft >= 0;
    revive();
    const left = await atRest(folder.path);
    seen.add(Object.keys(left).length);
    expect(unsound(left), `after ${calls} calls`).toEqual([]);
    expect((await publishFiles(release, worldIn(folder.path))).problems).toEqual([]);
    expect(await atRest(folder.path), `after ${calls} calls`).toEqual(expected);
  }
  expect(seen.size).toBeGreaterThan(4);
});
