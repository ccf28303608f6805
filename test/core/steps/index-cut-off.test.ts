import { describe, expect, it } from 'vitest';
import { readManifest } from '../../../core/index/manifest.ts';
import { stateKey } from '../../../core/layout/keys.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { a, b, c, names, run } from '../../support/index/index-run.ts';
import { indexScene, subdir } from '../../support/index/index-scene.ts';
import { key } from '../../support/store/objects.ts';
import { newBucket } from '../../twins/store-memory.ts';

describe('a run that was cut off or overtaken', () => {
  it('between manifest and outputs is finished by the next one, which reads no package', async () => {
    let broken = true;
    const scene = indexScene({ fault: (operation) => (operation === 'publish' && broken ? 'broken' : undefined) });
    await scene.copy(a);
    await expect(run(scene)).rejects.toMatchObject({ code: 'store.broken' });
    expect(await scene.repodata()).toBeNull();
    broken = false;
    expect(await run(scene, { hints: [] })).toMatchObject({ packages: 1, generation: 1, changed: true });
    expect(await names(scene)).toEqual([a]);
  });

  it('never replaces an output of a later generation', async () => {
    const scene = indexScene({
      before: async (operation, where) => {
        if (operation !== 'publish' || !where.endsWith('.zst') || overtaken) return;
        overtaken = true;
        await scene.copy(b);
        await run(scene);
      },
    });
    let overtaken = false;
    await scene.copy(a);
    expect(await run(scene)).toMatchObject({ packages: 1, generation: 1, changed: false });
    expect(await names(scene)).toEqual([b, a]);
    expect(scene.store.objects.get(key('conda/linux-64/repodata.json.zst'))?.metadata).toEqual({ generation: '2' });
  });

  it('takes nothing up that went away while it stalled, though whoever saw it go found nothing to do', async () => {
    const scene = indexScene({
      before: async (operation, where) => {
        if (operation !== 'put' || where !== stateKey('conda', subdir) || !armed) return;
        armed = false;
        const hint = await scene.remove(a);
        expect(await run(scene, { hints: [hint] })).toMatchObject({ packages: 0, changed: false });
      },
    });
    let armed = false;
    await run(scene);
    await scene.copy(a);
    armed = true;
    expect(await run(scene, { hints: [key(`conda/linux-64/${a}`)] })).toMatchObject({ packages: 0 });
    expect(await names(scene)).toEqual([]);
  });

  it('makes good what it replaced when a tag came back with the bytes, as in S3', async () => {
    const bucket = newBucket({ etagOf: (bytes) => sha256Of(bytes) });
    const scene = indexScene(
      {
        before: async (operation, where) => {
          if (operation !== 'publish' || where !== 'conda/linux-64/repodata.json' || !armed) return;
          armed = false;
          await scene.remove(a);
          await run(scene);
        },
      },
      bucket,
    );
    let armed = false;
    await run(scene);
    await scene.copy(a);
    armed = true;
    await run(scene);
    expect(await names(scene)).toEqual([]);
    expect(scene.store.objects.get(key('conda/linux-64/repodata.json'))?.metadata).toEqual({ generation: '3' });
  });

  it('in the middle of a first index is gone on with by listing, whatever was asked', async () => {
    const scene = indexScene();
    await scene.copy(a);
    await run(scene);
    const where = stateKey('conda', subdir);
    const manifest = JSON.parse(Buffer.from(scene.store.objects.get(where)?.bytes ?? []).toString());
    await scene.store.put(where, Buffer.from(JSON.stringify({ ...manifest, partial: true })));
    await scene.copy(b);
    expect(await run(scene, { hints: [] })).toMatchObject({ packages: 2 });
  });

  it('starts over when it lost the race, waits in between, and gives up with an error that says retry', async () => {
    let lost = 3;
    const scene = indexScene({
      fault: (operation, where) =>
        operation === 'put' && where === stateKey('conda', subdir) && lost-- > 0 ? 'conflict' : undefined,
    });
    await scene.copy(a);
    expect(await run(scene)).toMatchObject({ packages: 1 });
    expect(scene.waits).toEqual([50, 100, 200]);
    lost = Number.POSITIVE_INFINITY;
    await scene.copy(b);
    await expect(run(scene)).rejects.toMatchObject({ code: 'store.conflict', retry: true });
  });
});

describe('packages that come and go at every look', () => {
  /** Before each write of the manifest the package goes or comes, so many times. */
  const moving = async (moves: number) => {
    let left = 0;
    const scene = indexScene({
      before: async (operation, where) => {
        if (operation !== 'put' || where !== stateKey('conda', subdir) || left-- <= 0) return;
        await (scene.store.objects.has(key(`conda/linux-64/${a}`)) ? scene.remove(a) : scene.copy(a));
      },
    });
    await scene.copy(b);
    await run(scene);
    await scene.copy(a);
    left = moves;
    return { scene, rest: () => (left = 0) };
  };

  it.each([1, 6, 7, 20, 50])('are taken up when they rest after %i moves', async (moves) => {
    const { scene } = await moving(moves);
    expect(await run(scene)).toMatchObject({ packages: moves % 2 === 0 ? 2 : 1 });
    expect(await names(scene)).toEqual(moves % 2 === 0 ? [b, a] : [b]);
  });

  it('are given up with an error that says retry, and what was found is published', async () => {
    const { scene, rest } = await moving(Number.POSITIVE_INFINITY);
    await scene.copy(c);
    await expect(run(scene)).rejects.toMatchObject({
      code: 'store.conflict',
      retry: true,
      message: 'conda/linux-64 has not settled: it changed at each look',
    });
    expect(await names(scene)).toEqual(expect.arrayContaining([b, c]));
    const { manifest } = await readManifest({ ...scene.world, subdir });
    const json = scene.store.objects.get(key('conda/linux-64/repodata.json'));
    expect(json?.metadata).toEqual({ generation: `${manifest?.generation}` });
    expect(scene.waits.length).toBeLessThan(20);
    expect(Math.max(...scene.waits)).toBeGreaterThan(1000);
    rest();
    await run(scene, { hints: [] });
    await run(scene);
    expect(await names(scene)).toEqual(scene.store.objects.has(key(`conda/linux-64/${a}`)) ? [b, a, c] : [b, c]);
  });
});
