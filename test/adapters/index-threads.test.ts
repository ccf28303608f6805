import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type IndexThreads, indexThreads } from '../../adapters/index-threads/index-threads.ts';
import { deserializeError, serializeError } from '../../adapters/index-threads/messages.ts';
import { folderStore } from '../../adapters/store-folder/store-folder.ts';
import type { PackageCheck } from '../../core/index/check-package.ts';
import { subdirSchema } from '../../core/names/subdir.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import { indexSubdir } from '../../core/steps/index-subdir.ts';
import { type ListedPackage, listPackages } from '../../core/store/list-packages.ts';
import { buildPackage } from '../../local/sample/build-package.ts';
import { nothingConfigured } from '../../local/world/known-allowlist.ts';
import { testGate } from '../support/gate/test-gate.ts';
import { folderDigests } from '../support/machine/folder-files.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/machine/temporary-folder.ts';
import { bytes, key, textOf } from '../support/store/objects.ts';

const subdir = subdirSchema.parse('linux-64');
const clock = { now: () => 1_767_225_600_000, sleep: async () => {}, random: () => 0.5 };

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

const gate = { allowlist: nothingConfigured, judgedBy: '0.0.0', environment: {} };
const threadsOf = (path: string): IndexThreads =>
  indexThreads({ folder: path, channel: 'conda', clock, gate, maxThreads: 1, minPackages: 1 });

/** Half of each format, and one file that is no package. */
async function fill(path: string, count: number): Promise<void> {
  const place = join(path, 'conda', subdir);
  await mkdir(place, { recursive: true });
  for (let i = 0; i < count; i++) {
    const format = i % 2 === 0 ? '.conda' : '.tar.bz2';
    const built = await buildPackage({ name: `p${i}`, version: '1', build: '0', subdir, format });
    await writeFile(join(place, built.filename), built.bytes);
  }
  await writeFile(join(place, 'poison-1-0.conda'), 'no archive');
}

async function looksAt(path: string): Promise<PackageCheck[]> {
  const listed: ListedPackage[] = [];
  for await (const found of listPackages(folderStore(path), 'conda')) listed.push(found);
  return listed.map((found) => ({ filename: found.filename, listed: found, override: {} }));
}

it('makes the index that one thread makes', async () => {
  const [alone, helped] = [join(folder.path, 'alone'), join(folder.path, 'helped')];
  await Promise.all([fill(alone, 40), fill(helped, 40)]);
  await using threads = threadsOf(helped);
  let given = 0;
  const offload: IndexThreads['offload'] = (digests) => (looks) => {
    const made = threads.offload(digests)(looks);
    given += made === null ? 0 : looks.length;
    return made;
  };
  const world = { channel: 'conda', clock, log: () => {} } as const;
  const expected = await indexSubdir(subdir, {
    ...world,
    store: folderStore(alone),
    gate: testGate(folderStore(alone)),
  });
  expect(expected).toMatchObject({ packages: 40, problems: [{ subject: 'linux-64/poison-1-0.conda' }] });
  expect(
    await indexSubdir(subdir, { ...world, store: folderStore(helped), gate: testGate(folderStore(helped)), offload }),
  ).toEqual(expected);
  expect(given).toBeGreaterThan(10);
  expect(await folderDigests(join(helped, 'conda'))).toEqual(await folderDigests(join(alone, 'conda')));
});

it('indexes what was named and not listed', async () => {
  await fill(folder.path, 1);
  const store = folderStore(folder.path);
  await using threads = threadsOf(folder.path);
  const world = {
    channel: 'conda',
    clock,
    log: () => {},
    store,
    gate: testGate(store),
    offload: threads.offload,
  } as const;
  await indexSubdir(subdir, { ...world, offload: () => () => null });
  await fill(folder.path, 3);
  const hints = [1, 2].map((i) => key(`conda/${subdir}/p${i}-1-0${i === 2 ? '.conda' : '.tar.bz2'}`));
  expect(await indexSubdir(subdir, world, { hints })).toMatchObject({ packages: 3 });
});

it('fails as one thread does', async () => {
  await fill(folder.path, 1);
  await mkdir(join(folder.path, '_gatehouse'));
  await symlink(folder.path, join(folder.path, '_gatehouse', 'provenance'));
  await using threads = threadsOf(folder.path);
  const looks = await looksAt(folder.path);
  await expect(threads.offload('noted')(looks)).rejects.toMatchObject({
    code: 'store.broken',
    message: expect.stringContaining('symbolic link'),
    hint: expect.stringContaining('real folder'),
    retry: false,
  });
});

it('keeps what waits in another thread of this process', async () => {
  await fill(folder.path, 1);
  const store = folderStore(folder.path);
  await using staged = await store.stage();
  await staged.write(bytes('waiting'));
  await using threads = threadsOf(folder.path);
  expect(await threads.offload('noted')(await looksAt(folder.path))).toHaveLength(2);
  expect(await staged.publish(key('k'), {})).toMatchObject({ status: 'written' });
  expect(await textOf(await store.get(key('k')))).toBe('waiting');
});

it('starts no thread for few packages, nor where there is none to spare', async () => {
  const looks: PackageCheck[] = [];
  for (const options of [{ threads: 1 }, { threads: 0, worthIt: 0 }]) {
    await using threads = indexThreads({ folder: folder.path, channel: 'conda', clock, gate, ...options });
    expect(threads.offload('noted')(looks)).toBeNull();
  }
});

it('fails the calls of a thread that ends, and gives it no more', async () => {
  await fill(folder.path, 4);
  const threads = threadsOf(folder.path);
  const looks = await looksAt(folder.path);
  const call = threads.offload('read')(looks);
  const failed = expect(call).rejects.toMatchObject({ code: 'internal.bug' });
  await threads[Symbol.asyncDispose]();
  await failed;
  expect(threads.offload('read')(looks)).toBeNull();
});

it('carries an error with all that a reader of it goes by', () => {
  const conflict = new GatehouseError('store.conflict', 'it changed', { hint: 'again', retry: true });
  expect(deserializeError(structuredClone(serializeError(conflict)))).toEqual(conflict);
  const foreign = deserializeError(structuredClone(serializeError(new TypeError('x is no function'))));
  expect(foreign).not.toBeInstanceOf(GatehouseError);
  expect(foreign.message).toContain('TypeError: x is no function');
});
