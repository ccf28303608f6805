import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readManifest, writeManifest } from '../../../core/index/manifest.ts';
import { parseJson } from '../../../core/json/json.ts';
import { channeldataKey, packageKey, stateKey } from '../../../core/layout/keys.ts';
import { packageFileNameSchema } from '../../../core/names/package-file-name.ts';
import { noarch } from '../../../core/names/subdir.ts';
import { indexChannel } from '../../../core/steps/index-channel.ts';
import { indexSubdir } from '../../../core/steps/index-subdir.ts';
import { buildPackage } from '../../../local/sample/build-package.ts';
import { type IndexScene, indexScene, subdir } from '../../support/index/index-scene.ts';
import { textOf } from '../../support/store/objects.ts';
import type { MemoryStoreOptions } from '../../twins/store-memory.ts';

const key = channeldataKey('conda');
const [a, b, c] = ['a-1-0.conda', 'b-1-0.conda', 'c-1-0.conda'];

const schema = z.object({ packages: z.record(z.string(), z.object({ subdirs: z.array(z.string()) })) });
/** Which names it has, each with its subdirs. */
async function shown({ store }: IndexScene): Promise<Record<string, string[]> | null> {
  const text = await textOf(await store.get(key));
  if (text === null) return null;
  const { packages } = parseJson(text, schema, key);
  return Object.fromEntries(Object.entries(packages).map(([name, { subdirs }]) => [name, subdirs]));
}
const generation = ({ store }: IndexScene) => store.objects.get(key)?.metadata['generation'];

/** A scene with `a` in linux-64 and `x` in noarch, both indexed. */
async function twoSubdirs(options?: MemoryStoreOptions): Promise<IndexScene> {
  const scene = indexScene(options);
  await scene.copy(a);
  const spec = { name: 'x', version: '1', build: '0', subdir: 'noarch', noarch: 'generic', format: '.conda' } as const;
  const { bytes } = await buildPackage(spec);
  await scene.store.put(packageKey('conda', noarch, packageFileNameSchema.parse('x-1-0.conda')), bytes);
  await indexSubdir(subdir, scene.world);
  await indexSubdir(noarch, scene.world);
  return scene;
}

async function add(scene: IndexScene, name: string): Promise<void> {
  await scene.copy(name);
  await indexSubdir(subdir, scene.world);
}

describe('channeldata.json', () => {
  it('is made of the states of all subdirs, with the sum of their generations, and once', async () => {
    const scene = await twoSubdirs();
    expect(await indexChannel(scene.world)).toBe(true);
    expect(await shown(scene)).toEqual({ a: ['linux-64'], x: ['noarch'] });
    expect(generation(scene)).toBe('2');
    scene.writes();
    expect(await indexChannel(scene.world)).toBe(false);
    await add(scene, b);
    scene.writes();
    expect(await indexChannel(scene.world)).toBe(true);
    // Besides it, a summary of each segment that is new.
    expect(scene.writes().filter((written) => written.startsWith('conda/'))).toEqual([key]);
    expect(await shown(scene)).toEqual({ a: ['linux-64'], b: ['linux-64'], x: ['noarch'] });
    expect(generation(scene)).toBe('3');
  });

  it('of no state is not written', async () => {
    const scene = indexScene();
    expect(await indexChannel(scene.world)).toBe(false);
    expect(await shown(scene)).toBeNull();
  });

  it('leaves out a state that is unfinished or damaged: the next run over its subdir makes it again, and this', async () => {
    const scene = await twoSubdirs();
    const place = { ...scene.world, subdir: noarch };
    const { manifest, etag } = await readManifest(place);
    if (manifest === null) return expect.unreachable();
    await writeManifest(place, { ...manifest, partial: true }, etag);
    await indexChannel(scene.world);
    expect(await shown(scene)).toEqual({ a: ['linux-64'] });
    await scene.store.put(stateKey('conda', subdir), Buffer.from('damaged'));
    await scene.store.delete(key);
    expect(await indexChannel(scene.world)).toBe(false);
    await indexSubdir(noarch, scene.world);
    await indexSubdir(subdir, scene.world);
    expect(await indexChannel(scene.world)).toBe(true);
    expect(await shown(scene)).toEqual({ a: ['linux-64'], x: ['noarch'] });
  });

  it('is made again when a state changed meanwhile', async () => {
    let armed = false;
    const scene = await twoSubdirs({
      before: async (operation, where) => {
        if (operation !== 'publish' || where !== key || !armed) return;
        armed = false;
        await add(scene, b);
      },
    });
    armed = true;
    expect(await indexChannel(scene.world)).toBe(true);
    expect(await shown(scene)).toHaveProperty('b');
    expect(generation(scene)).toBe('3');
    expect(scene.waits).toHaveLength(1);
  });

  it('never replaces that of later states', async () => {
    let armed = false;
    const scene = await twoSubdirs({
      before: async (operation, where) => {
        if (operation !== 'publish' || where !== key || !armed) return;
        armed = false;
        await add(scene, b);
        await add(scene, c);
        expect(await indexChannel(scene.world)).toBe(true);
      },
    });
    armed = true;
    expect(await indexChannel(scene.world)).toBe(false);
    expect(await shown(scene)).toEqual({ a: ['linux-64'], b: ['linux-64'], c: ['linux-64'], x: ['noarch'] });
    expect(generation(scene)).toBe('4');
  });

  it('gives up, to be tried again, when the states never stay as they are', async () => {
    let armed = false;
    const scene = await twoSubdirs({
      before: async (operation, where) => {
        if (operation !== 'publish' || where !== key || !armed) return;
        const place = { ...scene.world, subdir };
        const { manifest, etag } = await readManifest(place);
        if (manifest !== null) await writeManifest(place, { ...manifest, generation: manifest.generation + 1 }, etag);
      },
    });
    armed = true;
    await expect(indexChannel(scene.world)).rejects.toMatchObject({ code: 'store.conflict', retry: true });
    expect(scene.waits).toHaveLength(10);
  });
});
