import { copyFile, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rattlerSolver } from '../../adapters/solver-rattler.ts';
import { verify } from '../../core/steps/verify.ts';
import { indexAll } from '../../local/index-all.ts';
import { sync, syncProblems } from '../../local/sync.ts';
import { folderDigests } from '../support/folder-files.ts';
import { type Lab, small, startLab } from '../support/start-lab.ts';

const solver = rattlerSolver();
afterAll(() => solver[Symbol.asyncDispose]());

const app = 'linux-64/app-1.0-0.conda';
const json = 'linux-64/repodata.json';
const zst = 'linux-64/repodata.json.zst';
const bothForms = [`verify.index-form ${json}`, `verify.zst ${zst}`];

let lab: Lab;
let sound: Record<string, string>;
beforeEach(async () => {
  lab = await startLab();
  await lab.publish([small('app 1.0', ['lib']), small('lib 1.0'), small('stranger 1.0')]);
  expect(await syncAgain()).toEqual([]);
  // The record is a hotfixed one, which the package alone cannot give back.
  await lab.publish([small('app 1.0', ['lib']), small('lib 1.0'), small('stranger 1.0')], {
    'app-1.0-0.conda': { depends: ['lib >=1'] },
  });
  expect(await syncAgain()).toEqual([]);
  expect(await damage()).toEqual([]);
  sound = await served();
});
afterEach(() => lab[Symbol.asyncDispose]());

const log = () => {};
const at = (path: string) => join(lab.store, 'conda', path);
const served = () => folderDigests(join(lab.store, 'conda'));
const world = () => ({ ...lab.world, solver });
const named = (problems: readonly { code: string; subject: string }[]) =>
  problems.map(({ code, subject }) => `${code} ${subject}`);

async function syncAgain(): Promise<string[]> {
  return named(syncProblems(await sync(lab.allowlist(['app']), world(), log)));
}

async function index(): Promise<string[]> {
  const indexed = await indexAll(lab.allowlist(['app']).platforms, world(), log);
  return named(indexed.flatMap(({ problems }) => problems));
}

async function damage(): Promise<string[]> {
  const { problems } = await verify(lab.allowlist(['app']).platforms, { ...world(), log });
  return problems.map(({ code, key }) => `${code} ${key.slice('conda/'.length)}`);
}

async function edit(path: string, change: (bytes: Buffer) => Uint8Array): Promise<void> {
  await writeFile(at(path), change(await readFile(at(path))));
}

const replaced = (from: string, to: string) => (bytes: Buffer) => {
  const text = bytes.toString().replace(from, to);
  expect(text).not.toBe(bytes.toString());
  return Buffer.from(text);
};
const extra = replaced(
  '"packages.conda":{',
  '"packages.conda":{"ghost-1.0-0.conda":{"build":"0","build_number":0,"name":"ghost","version":"1.0"},',
);
const inZst = (change: (bytes: Buffer) => Buffer) => (bytes: Buffer) =>
  zstdCompressSync(change(zstdDecompressSync(bytes)));

describe('verify names', () => {
  it.each<[string, () => Promise<unknown>, string[]]>([
    ['a flipped bit in a package', () => flip(app), [`verify.bytes ${app}`]],
    ['a flipped bit, however old the file claims to be', flipUnseen, [`verify.bytes ${app}`]],
    ['a truncated package', async () => truncate(at(app), 100), [`verify.bytes ${app}`]],
    ['a package that is gone', () => rm(at(app)), [`verify.missing ${app}`, ...bothForms]],
    [
      'a record of nothing',
      () => edit(json, extra),
      ['verify.missing linux-64/ghost-1.0-0.conda', `verify.index-form ${json}`],
    ],
    ['a record of nothing in the zst alone', () => edit(zst, inZst(extra)), [`verify.zst ${zst}`]],
    ['a zst that lags behind', staleZst, [`verify.zst ${zst}`]],
    ['a zst cut short', async () => truncate(at(zst), 50), [`verify.zst ${zst}`]],
    [
      'an index that is not JSON',
      () => edit(json, () => Buffer.from('{')),
      [`verify.index-form ${json}`, `verify.index-form ${json}`],
    ],
    ['depends edited in both forms', editBoth, [`verify.record ${app}`, ...bothForms]],
    [
      'no repodata.json',
      () => rm(at(json)),
      [`verify.unindexed ${app}`, 'verify.unindexed linux-64/lib-1.0-0.conda', `verify.index-missing ${json}`],
    ],
    ['no repodata.json.zst', () => rm(at(zst)), [`verify.index-missing ${zst}`]],
    [
      'no index of noarch',
      () => rm(at('noarch'), { recursive: true }),
      ['verify.index-missing noarch/repodata.json', 'verify.index-missing noarch/repodata.json.zst'],
    ],
    ['a package whose provenance is gone', noProvenance, [`verify.unknown ${app}`]],
    [
      'a stray package',
      stray,
      ['verify.unknown linux-64/stranger-1.0-0.conda', 'verify.unindexed linux-64/stranger-1.0-0.conda', ...bothForms],
    ],
  ])('%s', async (_what, plant, expected) => {
    await plant();
    const planted = await served();
    expect(await damage()).toEqual(expected);
    expect(await served()).toEqual(planted);
  });
});

async function flip(path: string): Promise<void> {
  await edit(path, (bytes) => {
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 0x10;
    return bytes;
  });
}

async function flipUnseen(): Promise<void> {
  const { atime, mtime } = await stat(at(app));
  await flip(app);
  await utimes(at(app), atime, mtime);
}

async function staleZst(): Promise<void> {
  const old = await readFile(at(zst));
  expect(named(syncProblems(await sync(lab.allowlist(['app', 'stranger']), world(), log)))).toEqual([]);
  await writeFile(at(zst), old);
}

async function editBoth(): Promise<void> {
  const change = replaced('"lib >=1"', '"lib <1"');
  await edit(json, change);
  await edit(zst, inZst(change));
}

const noProvenance = () => rm(join(lab.store, '_gatehouse/provenance/conda', app), { recursive: true });
const stray = () =>
  copyFile(join(lab.upstreamFolder, 'linux-64/stranger-1.0-0.conda'), at('linux-64/stranger-1.0-0.conda'));

describe('what is damaged can be mended', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['a record of nothing', () => edit(json, extra)],
    ['a zst with a record of nothing', () => edit(zst, inZst(extra))],
    ['an index that is not JSON', () => edit(json, () => Buffer.from('{'))],
    ['depends edited in both forms', editBoth],
    [
      'no index at all',
      async () => Promise.all([json, zst, 'noarch'].map((path) => rm(at(path), { recursive: true }))),
    ],
  ])('%s: gatehouse index', async (_what, plant) => {
    await plant();
    expect(await index()).toEqual([]);
    expect(await served()).toEqual(sound);
    expect(await damage()).toEqual([]);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['a flipped bit', () => flip(app)],
    ['a truncated package', () => truncate(at(app), 100)],
    ['a package that is gone', async () => {}],
  ])('%s: delete the file, gatehouse sync', async (_what, plant) => {
    await plant();
    await rm(at(app));
    expect(await syncAgain()).toEqual([]);
    expect(await served()).toEqual(sound);
    expect(await damage()).toEqual([]);
  });

  it('a damaged package that is not deleted is named by index and by sync, and never replaced silently', async () => {
    await flip(app);
    const planted = await served();
    expect(await index()).toEqual([`index.mutated ${app}`]);
    expect(await syncAgain()).toContain(`fetch.mutated ${app}`);
    expect((await served())[app]).toBe(planted[app]);
  });

  it('a package whose provenance is gone is indexed from itself; the next sync brings the hotfix back', async () => {
    await noProvenance();
    expect(await index()).toEqual([]);
    expect(await damage()).toEqual([]);
    expect(await syncAgain()).toEqual([]);
    expect(await served()).toEqual(sound);
    expect(await damage()).toEqual([]);
  });

  it('a stray package is taken in by gatehouse index', async () => {
    await stray();
    expect(await index()).toEqual([]);
    expect(Object.keys(await lab.index())).toContain('stranger-1.0-0.conda');
    expect(await damage()).toEqual([]);
  });
});
