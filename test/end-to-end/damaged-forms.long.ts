import { readdir, rm } from 'node:fs/promises';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { rattlerSolver } from '../../adapters/solver-rattler/solver-rattler.ts';
import { optionalIndexFiles } from '../../core/layout/index-files.ts';
import { type SoundLab, startSoundLab } from '../support/cli/sound-lab.ts';

const solver = rattlerSolver();
afterAll(() => solver[Symbol.asyncDispose]());

let scene: SoundLab;
beforeEach(async () => {
  scene = await startSoundLab(solver, optionalIndexFiles);
});
afterEach(() => scene.lab[Symbol.asyncDispose]());

it.each(optionalIndexFiles)(
  '%s, damaged or gone, is named by verify and written anew by gatehouse index',
  async (form) => {
    const path = `linux-64/${form}`;
    await scene.flip(path);
    expect(await scene.damage()).toEqual([`verify.index-form ${path}`]);
    expect(await scene.index()).toEqual([]);
    expect(await scene.damage()).toEqual([]);
    await rm(scene.at(path));
    expect(await scene.damage()).toEqual([`verify.index-missing ${path}`]);
    expect(await scene.index()).toEqual([]);
    expect(await scene.damage()).toEqual([]);
    expect(await scene.served()).toEqual(scene.sound);
  },
);

it('shards, damaged or gone, are named by verify and made again by gatehouse index --rebuild', async () => {
  const paths = (await readdir(scene.at('linux-64/shards'))).map((name) => `linux-64/shards/${name}`);
  // The app's from before its hotfix is there still, and no harm whatever it holds.
  expect(paths).toHaveLength(3);
  for (const become of [scene.flip, (path: string) => rm(scene.at(path))]) {
    await Promise.all(paths.map(become));
    const damage = await scene.damage();
    expect(damage).toHaveLength(2);
    expect(paths.map((path) => `verify.shard ${path}`)).toEqual(expect.arrayContaining(damage));
    expect(await scene.index({ rebuild: true })).toEqual([]);
    expect(await scene.damage()).toEqual([]);
  }
});
