import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exclusiveLock } from '../../../adapters/store-folder/lock.ts';
import { folderStore } from '../../../adapters/store-folder/store-folder.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/machine/temporary-folder.ts';
import { bytes, key, listed, textOf } from '../../support/store/objects.ts';

const program = fileURLToPath(new URL('../../support/store/store-child.ts', import.meta.url));

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

const start = (task: string, ...rest: readonly string[]): ChildProcess =>
  spawn(process.execPath, [program, task, folder.path, ...rest], { stdio: ['pipe', 'pipe', 'inherit'] });

const incoming = (): string => join(folder.path, '_gatehouse', 'incoming');

/** Resolves when the child has said so many lines. */
async function said(child: ChildProcess, lines: number): Promise<void> {
  if (child.stdout === null) throw new Error('no stdout');
  let count = 0;
  for await (const _ of createInterface(child.stdout)) {
    count += 1;
    if (count === lines) return;
  }
  throw new Error(`the child ended after ${count} lines`);
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

describe('processes that share a folder store', () => {
  it('lose no increment: two of two workers each, 100 times', async () => {
    await folderStore(folder.path).put(key('counter'), bytes('0'));
    const children = Array.from({ length: 2 }, () => start('count'));
    const statuses = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0]));
    expect(statuses).toEqual([0, 0]);
    expect(await textOf(await folderStore(folder.path).get(key('counter')))).toBe('400');
  });

  it('leave no part of an object under a key when killed at any moment, and no temporary file for long', async () => {
    const store = folderStore(folder.path);
    let leftovers = 0;
    for (const share of [0.1, 0.2, 0.4, 0.7]) {
      const child = start('die', `${share}`);
      expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
      for (const head of await listed(store, '')) {
        const text = (await textOf(await store.get(head.key))) ?? '';
        expect(text.length).toBe(8_000_000);
        expect(text === text.charAt(0).repeat(text.length)).toBe(true);
      }
      leftovers += (await readdir(incoming())).length;
    }
    // Else no kill fell within a write, and nothing was tested.
    expect(leftovers).toBeGreaterThan(0);
    await store.put(key('next'), bytes('x'));
    expect(await readdir(incoming())).toEqual([]);
  });

  it('free the lock by dying', async () => {
    const child = start('hold');
    await said(child, 1);
    await expect(exclusiveLock(folder.path, 0)(async () => 'held by two')).rejects.toMatchObject({
      code: 'store.busy',
      retry: true,
    });
    await kill(child);
    expect(await exclusiveLock(folder.path, 0)(async () => 'mine')).toBe('mine');
  });

  it('leave the files of living processes alone', async () => {
    const child = start('work');
    await said(child, 3);
    const store = folderStore(folder.path);
    for (let i = 0; i < 20; i++) await folderStore(folder.path).put(key('other'), bytes('x'));
    await said(child, 3);
    await kill(child);
    expect(await textOf(await store.get(key('conda/noarch/small')))).toBe('x');
  });
});
