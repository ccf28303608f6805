import { describe, expect, it } from 'vitest';
import type { ObjectKey } from '../../../core/layout/keys.ts';
import { type IndexOptions, indexSubdir } from '../../../core/steps/index-subdir.ts';
import { buildPackage } from '../../../local/sample/build-package.ts';
import { small } from '../../support/cli/start-lab.ts';
import { type IndexScene, indexScene, subdir } from '../../support/index/index-scene.ts';
import { key } from '../../support/store/objects.ts';
import { newBucket } from '../../twins/store-memory.ts';

const name = 'a-1-0.conda';
const run = (scene: IndexScene, options?: IndexOptions) => indexSubdir(subdir, scene.world, options);

function provenanceOf({ store }: IndexScene): ObjectKey {
  const [only, ...more] = [...store.objects.keys()].filter((each) => each.startsWith('_gatehouse/provenance/'));
  expect(more).toEqual([]);
  return only ?? expect.unreachable();
}

/** A scene with a package whose provenance is damaged, which a rebuild has found out; and that provenance as it was. */
async function withProblem() {
  const operations: string[] = [];
  const bucket = newBucket();
  const scene = indexScene({ before: (operation, where) => void operations.push(`${operation} ${where}`) }, bucket);
  const where = await scene.copy(name);
  await run(scene);
  const sound = await scene.served();
  const provenance = provenanceOf(scene);
  const { bytes } = scene.store.objects.get(provenance) ?? expect.unreachable();
  await scene.store.put(provenance, Buffer.from('{'));
  expect(await run(scene, { rebuild: true })).toMatchObject({ packages: 0, problems: [{ code: 'index.provenance' }] });
  operations.length = 0;
  return { scene, sound, where, provenance, bytes, operations, bucket };
}

describe('a problem whose cause is gone', () => {
  it.each(['restored', 'deleted'])('heals at the next full look: the provenance is %s', async (how) => {
    const { scene, sound, provenance, bytes } = await withProblem();
    await (how === 'restored' ? scene.store.put(provenance, bytes) : scene.store.delete(provenance));
    expect(await run(scene)).toMatchObject({ packages: 1, changed: true, problems: [] });
    expect(await scene.served()).toEqual(sound);
  });

  it('heals when what contradicted its bytes is taken away', async () => {
    const scene = indexScene();
    const where = await scene.copy(name);
    await run(scene);
    await scene.remove(name);
    const { bytes } = await buildPackage({ ...small('a 1', ['other']), build: '0' });
    await scene.store.put(where, bytes);
    expect(await run(scene)).toMatchObject({ packages: 0, problems: [{ code: 'index.mutated' }] });
    await scene.store.delete(provenanceOf(scene));
    expect(await run(scene)).toMatchObject({ packages: 1, problems: [] });
  });

  it('while it is there writes nothing and reads no package, by listing, by hints or by rebuild', async () => {
    const { scene, where, operations, bucket } = await withProblem();
    const { versions } = bucket;
    for (const options of [{}, { hints: [where] }, {}]) {
      expect(await run(scene, options)).toMatchObject({ changed: false, problems: [{ code: 'index.provenance' }] });
    }
    expect(operations.filter((each) => each.startsWith(`get ${where}`))).toEqual([`get ${where}`]);
    expect(operations.filter((each) => each === `read ${where}`)).toEqual([]);
    expect(operations.filter((each) => each.startsWith('put'))).toEqual([]);
    await run(scene, { rebuild: true });
    expect(bucket.versions).toBe(versions);
  });

  it('is not looked for by hints that name others', async () => {
    const { scene, provenance, operations } = await withProblem();
    await scene.store.delete(provenance);
    operations.length = 0;
    expect(await run(scene, { hints: [key('conda/linux-64/b-1-0.conda')] })).toMatchObject({ packages: 0 });
    expect(operations.filter((each) => each.startsWith('list'))).toEqual([]);
  });

  it('heals though its cause went between the reading of the package and the noting of what was known', async () => {
    let armed = false;
    let read = false;
    let gone = false;
    const scene = indexScene({
      before: async (operation, where) => {
        if (!armed || !where.startsWith('_gatehouse/provenance/')) return;
        read ||= operation === 'read whole';
        if (operation !== 'list' || !read || gone) return;
        gone = true;
        await scene.store.delete(provenance);
      },
    });
    await scene.copy(name);
    await run(scene);
    const provenance = provenanceOf(scene);
    await scene.store.put(provenance, Buffer.from('{'));
    armed = true;
    await run(scene, { rebuild: true });
    expect(gone).toBe(true);
    armed = false;
    expect(await run(scene)).toMatchObject({ packages: 1, problems: [] });
  });
});
