import type * as fs from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, it, vi } from 'vitest';
import { noteFile } from '../../local/note-file.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';

const watchers: fs.FSWatcher[] = [];
vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs>();
  const watch = (...args: Parameters<typeof real.watch>) => {
    const watcher = real.watch(...args);
    watchers.push(watcher);
    return watcher;
  };
  return { ...real, watch };
});

beforeEach(() => void watchers.splice(0));

it('a watcher that breaks ends the following with its reason, and not the process', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'allowlist.json');
  await writeFile(file, '1');
  const follow = await noteFile(file, join(folder.path, 'patches'));
  const seen: string[] = [];
  const stop = new AbortController();
  const following = follow(stop.signal, async () => void seen.push('changed'));
  await vi.waitUntil(() => watchers.length === 1);
  watchers[0]?.emit('error', Object.assign(new Error('EPERM: watch'), { code: 'EPERM' }));
  await expect(following).rejects.toThrow('EPERM: watch');
  expect(seen).toEqual([]);
  stop.abort();
});

it('ends quietly when it is told to', async () => {
  await using folder = await temporaryFolder();
  const stop = new AbortController();
  const follow = await noteFile(join(folder.path, 'allowlist.json'), join(folder.path, 'patches'));
  const following = follow(stop.signal, async () => {});
  stop.abort();
  expect(await following).toBeUndefined();
});

it('tells of a folder that comes, changes, goes and comes again', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'allowlist.json');
  const patches = join(folder.path, 'patches');
  const inside = join(patches, 'noarch.json');
  await writeFile(file, '1');
  const follow = await noteFile(file, patches);
  let changes = 0;
  const stop = new AbortController();
  const following = follow(stop.signal, async () => void changes++);
  const seen = async (act: () => Promise<unknown>) => {
    const before = changes;
    await act();
    await vi.waitUntil(() => changes > before, { timeout: 10_000 });
  };
  for (const text of ['one', 'another']) {
    await seen(async () => {
      await mkdir(patches);
      await writeFile(inside, text);
    });
    await seen(() => writeFile(inside, `${text} more`));
    await seen(() => rm(patches, { recursive: true }));
  }
  stop.abort();
  await following;
});
