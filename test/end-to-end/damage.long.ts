import { copyFile, mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rattlerSolver } from '../../adapters/solver-rattler/solver-rattler.ts';
import { optionalIndexFiles } from '../../core/layout/index-files.ts';
import { skippableFrame } from '../support/archives/build-zstd.ts';
import { type SoundLab, startSoundLab } from '../support/cli/sound-lab.ts';
import { folderDigests } from '../support/machine/folder-files.ts';

const solver = rattlerSolver();
afterAll(() => solver[Symbol.asyncDispose]());

const app = 'linux-64/app-1.0-0.conda';
const json = 'linux-64/repodata.json';
const zst = 'linux-64/repodata.json.zst';
const bothForms = [`verify.index-form ${json}`, `verify.zst ${zst}`];
const otherForms = ['current_repodata.json', 'run_exports.json'];
const allForms = [...bothForms, ...otherForms.map((file) => `verify.index-form linux-64/${file}`)];

let scene: SoundLab;
beforeEach(async () => {
  scene = await startSoundLab(solver);
});
afterEach(() => scene.lab[Symbol.asyncDispose]());

const replaced = (from: string, to: string) => (bytes: Buffer) => {
  const text = bytes.toString().replace(from, to);
  expect(text).not.toBe(bytes.toString());
  return Buffer.from(text);
};
const extra = replaced(
  '"packages.conda":{',
  '"packages.conda":{"ghost-1.0-0.conda":{"build":"0","build_number":0,"name":"ghost","version":"1.0"},',
);
const blankBehind = (bytes: Buffer) => Buffer.concat([bytes, Buffer.from(' ')]);
const inZst = (change: (bytes: Buffer) => Buffer) => (bytes: Buffer) =>
  zstdCompressSync(change(zstdDecompressSync(bytes)));

describe('verify names', () => {
  it.each<[string, () => Promise<unknown>, string[]]>([
    ['a flipped bit in a package', () => scene.flip(app), [`verify.bytes ${app}`]],
    ['a flipped bit, however old the file claims to be', () => scene.flipUnseen(app), [`verify.bytes ${app}`]],
    ['a truncated package', async () => truncate(scene.at(app), 100), [`verify.bytes ${app}`]],
    ['an empty package', async () => truncate(scene.at(app), 0), [`verify.bytes ${app}`]],
    [
      'a package that is gone',
      () => rm(scene.at(app)),
      [`verify.missing ${app}`, ...allForms, 'verify.index-form channeldata.json'],
    ],
    [
      'a record of nothing',
      () => scene.edit(json, extra),
      ['verify.missing linux-64/ghost-1.0-0.conda', `verify.index-form ${json}`],
    ],
    ['a record of nothing in the zst alone', () => scene.edit(zst, inZst(extra)), [`verify.zst ${zst}`]],
    ['a zst that lags behind', staleZst, [`verify.zst ${zst}`]],
    ['garbage behind the zst', () => behindZst(Buffer.from('garbage')), [`verify.zst ${zst}`]],
    ['a second frame behind the zst', () => behindZst(zstdCompressSync('{}')), [`verify.zst ${zst}`]],
    ['a frame to be skipped behind the zst', () => behindZst(skippableFrame), [`verify.zst ${zst}`]],
    ['a zst cut short', async () => truncate(scene.at(zst), 50), [`verify.zst ${zst}`]],
    ['an index that is not JSON', () => scene.edit(json, () => Buffer.from('{')), [`verify.index-form ${json}`]],
    ['depends edited in both forms', editBoth, [`verify.record ${app}`, ...bothForms]],
    [
      'no repodata.json',
      () => rm(scene.at(json)),
      [`verify.unindexed ${app}`, 'verify.unindexed linux-64/lib-1.0-0.conda', `verify.index-missing ${json}`],
    ],
    ...[...otherForms.map((file) => `linux-64/${file}`), 'channeldata.json'].flatMap(
      (file): [string, () => Promise<unknown>, string[]][] => [
        [`no ${file}`, () => rm(scene.at(file)), [`verify.index-missing ${file}`]],
        [`a blank behind ${file}`, () => scene.edit(file, blankBehind), [`verify.index-form ${file}`]],
      ],
    ),
    ['no repodata.json.zst', () => rm(scene.at(zst)), [`verify.index-missing ${zst}`]],
    [
      'no index of noarch',
      () => rm(scene.at('noarch'), { recursive: true }),
      ['repodata.json', 'repodata.json.zst', ...otherForms].map((file) => `verify.index-missing noarch/${file}`),
    ],
    ['a package whose provenance is gone', noProvenance, [`verify.unknown ${app}`]],
    [
      'a stray package',
      stray,
      ['verify.unknown linux-64/stranger-1.0-0.conda', 'verify.unindexed linux-64/stranger-1.0-0.conda', ...bothForms],
    ],
    ['a package under no package name', () => put('linux-64/evil.conda'), ['verify.stray linux-64/evil.conda']],
    ...optionalIndexFiles.map((form): [string, () => Promise<unknown>, string[]] => [
      `a ${form} not ours`,
      () => put(`linux-64/${form}`),
      [`verify.index-form linux-64/${form}`],
    ]),
    [
      'an index file where none belongs',
      () => put('linux-64/channeldata.json'),
      ['verify.stray linux-64/channeldata.json'],
    ],
    ['a folder not ours', () => put('noarch/x-1.0-0.conda/y'), ['verify.stray noarch/x-1.0-0.conda/']],
    ['a file beside the subdirs', () => put('index.html'), ['verify.stray index.html']],
    [
      "an index of a subdir that is nobody's",
      () => put('win-64/repodata.json'),
      [
        'verify.index-form win-64/repodata.json',
        ...['repodata.json.zst', ...otherForms].map((file) => `verify.index-missing win-64/${file}`),
        'verify.index-form channeldata.json',
      ],
    ],
  ])('%s', async (_what, plant, expected) => {
    await plant();
    const planted = await folderDigests(scene.lab.store);
    expect(await scene.damage()).toEqual(expected);
    expect(await folderDigests(scene.lab.store)).toEqual(planted);
  });
});

async function staleZst(): Promise<void> {
  const old = await readFile(scene.at(zst));
  expect(await scene.sync(['app', 'stranger'])).toEqual([]);
  await writeFile(scene.at(zst), old);
}

const behindZst = (more: Buffer) => scene.edit(zst, (bytes) => Buffer.concat([bytes, more]));

async function put(path: string): Promise<void> {
  await mkdir(dirname(scene.at(path)), { recursive: true });
  await writeFile(scene.at(path), 'not ours');
}

async function editBoth(): Promise<void> {
  const change = replaced('"lib >=1"', '"lib <1"');
  await scene.edit(json, change);
  await scene.edit(zst, inZst(change));
}

const noProvenance = () => rm(join(scene.lab.store, '_gatehouse/provenance/conda', app), { recursive: true });
const stray = () =>
  copyFile(join(scene.lab.upstreamFolder, 'linux-64/stranger-1.0-0.conda'), scene.at('linux-64/stranger-1.0-0.conda'));

describe('what is damaged can be mended', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['a record of nothing', () => scene.edit(json, extra)],
    ['a zst with a record of nothing', () => scene.edit(zst, inZst(extra))],
    ['an index that is not JSON', () => scene.edit(json, () => Buffer.from('{'))],
    ['depends edited in both forms', editBoth],
    [
      'no index at all',
      async () => Promise.all([json, zst, 'noarch'].map((path) => rm(scene.at(path), { recursive: true }))),
    ],
  ])('%s: gatehouse index, or gatehouse sync', async (_what, plant) => {
    await plant();
    expect(await scene.index()).toEqual([]);
    expect(await scene.served()).toEqual(scene.sound);
    await plant();
    expect(await scene.sync()).toEqual([]);
    expect(await scene.served()).toEqual(scene.sound);
    expect(await scene.damage()).toEqual([]);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['a flipped bit', () => scene.flip(app)],
    ['a truncated package', () => truncate(scene.at(app), 100)],
    ['a package that is gone', async () => {}],
  ])('%s: delete the file, gatehouse sync', async (_what, plant) => {
    await plant();
    await rm(scene.at(app));
    expect(await scene.sync()).toEqual([]);
    expect(await scene.served()).toEqual(scene.sound);
    expect(await scene.damage()).toEqual([]);
  });

  it('a damaged package that is not deleted is named by index and by sync, and never replaced silently', async () => {
    await scene.flip(app);
    const planted = await scene.served();
    expect(await scene.index()).toEqual([`index.mutated ${app}`]);
    // As its bytes are reported, its absence from the index is not.
    expect(await scene.damage()).toEqual([`verify.bytes ${app}`]);
    expect(await scene.sync()).toContain(`fetch.mutated ${app}`);
    expect((await scene.served())[app]).toBe(planted[app]);
  });

  it('a package whose provenance is gone is rebuilt from itself; the next sync brings the hotfix back', async () => {
    await noProvenance();
    expect(await scene.index({ rebuild: true })).toEqual([]);
    expect(await scene.damage()).toEqual([]);
    expect(await scene.sync()).toEqual([]);
    expect(await scene.served()).toEqual(scene.sound);
    expect(await scene.damage()).toEqual([]);
  });

  it('a stray package is taken in by gatehouse index', async () => {
    await stray();
    expect(await scene.index()).toEqual([]);
    expect(Object.keys(await scene.lab.index())).toContain('stranger-1.0-0.conda');
    expect(await scene.damage()).toEqual([]);
  });
});
