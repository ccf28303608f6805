import { describe, expect, it } from 'vitest';
import { stateKey } from '../../../core/layout/keys.ts';
import { isOfGate } from '../../support/gate/gate-keys.ts';
import { a, b, c, names, run } from '../../support/index/index-run.ts';
import { indexScene, subdir } from '../../support/index/index-scene.ts';
import { key } from '../../support/store/objects.ts';
import { newBucket } from '../../twins/store-memory.ts';

describe('an index', () => {
  it('of nothing is written, with all five keys', async () => {
    const scene = indexScene();
    expect(await run(scene)).toMatchObject({ packages: 0, generation: 1, changed: true, problems: [] });
    expect(await scene.repodata()).toBe(
      '{"info":{"subdir":"linux-64"},"packages":{},"packages.conda":{},"removed":[],"repodata_version":1}',
    );
  });

  it('that is up to date is not written, not even its state', async () => {
    const bucket = newBucket();
    let stages = 0;
    const scene = indexScene({ before: (operation) => void (operation === 'stage' && stages++) }, bucket);
    for (const name of [a, b]) await scene.copy(name);
    await run(scene);
    scene.writes();
    stages = 0;
    const { versions } = bucket;
    for (const options of [{}, { hints: [key(`conda/linux-64/${a}`)] }, { rebuild: true }]) {
      expect(await run(scene, options)).toMatchObject({ packages: 2, generation: 1, changed: false });
      const refused = scene.writes().filter((where) => /\/[0-9a-f]{64}$/.test(where));
      expect(refused).toHaveLength(options.rebuild ? 2 : 0);
      expect([scene.writes(), bucket.versions, stages]).toEqual([[], versions, 0]);
    }
  });

  it('is written after what it is made of, .zst before .json', async () => {
    const scene = indexScene();
    await scene.copy(a);
    scene.writes();
    await run(scene);
    const kinds = scene
      .writes()
      .filter((where) => !isOfGate(where))
      .map((where) => where.replace(/[0-9a-f]{64}/, '<sha256>'));
    expect(kinds.filter((kind) => !kind.includes('<sha256>.'))).toEqual([
      '_gatehouse/state/conda/linux-64/<sha256>',
      '_gatehouse/state/conda/linux-64.json',
      'conda/linux-64/repodata.json.zst',
      'conda/linux-64/repodata.json',
      'conda/linux-64/current_repodata.json',
      'conda/linux-64/run_exports.json',
    ]);
    expect(kinds[0]).toBe(`_gatehouse/provenance/conda/linux-64/${a}/<sha256>.json`);
  });

  it('follows hints and looks at nothing else', async () => {
    const scene = indexScene();
    await scene.copy(a);
    await run(scene);
    await scene.copy(c);
    const hint = await scene.copy(b);
    expect(
      await run(scene, { hints: [hint, key('conda/noarch/x-1-0.conda'), key('conda/linux-64/x.txt')] }),
    ).toMatchObject({
      packages: 2,
      generation: 2,
    });
    expect(await names(scene)).toEqual([b, a]);
    await scene.remove(a);
    await run(scene, { hints: [hint] });
    expect(await names(scene)).toEqual([b, a]);
    await run(scene);
    expect(await names(scene)).toEqual([b, c]);
  });

  it('with hints for a subdir that has no state lists it', async () => {
    const scene = indexScene();
    await scene.copy(a);
    expect(await run(scene, { hints: [await scene.copy(b)] })).toMatchObject({ packages: 2 });
  });

  it('takes up what control decides, hints or not, and gives it back when control does', async () => {
    const scene = indexScene();
    for (const name of [a, b]) await scene.copy(name);
    await run(scene);
    const before = await scene.served();
    await scene.decide({ [a]: { withdrawn: { at: 1, reason: 'recalled' } }, [b]: { why: ['b'] } });
    expect(await run(scene, { hints: [] })).toMatchObject({ packages: 1, generation: 2 });
    expect(await names(scene)).toEqual([b]);
    expect(await scene.repodata()).toContain(`"removed":["${a}"]`);
    await scene.decide({});
    expect(await run(scene, { hints: [] })).toMatchObject({ packages: 2, generation: 3 });
    expect(await scene.served()).toEqual(before);
  });

  it('is not touched by a decision that says nothing about it', async () => {
    const scene = indexScene();
    await scene.copy(a);
    await run(scene);
    await scene.decide({ [a]: { why: ['a'], unneededSince: 5 } });
    scene.writes();
    expect(await run(scene)).toMatchObject({ generation: 1, changed: false });
    expect(scene.writes()).toEqual([stateKey('conda', subdir)]);
  });

  it('names a poison package at every run, fails nothing for it, and reads it again only when it changes', async () => {
    const reads: string[] = [];
    const scene = indexScene({ before: (operation, where) => void (operation === 'read' && reads.push(where)) });
    await scene.copy(a);
    const poison = key(`conda/linux-64/${c}`);
    await scene.store.put(poison, Buffer.from('no archive'));
    const problem = { code: 'package.refused', subject: `linux-64/${c}` };
    expect(await run(scene)).toMatchObject({ packages: 1, problems: [problem] });
    reads.length = 0;
    expect(await run(scene)).toMatchObject({ packages: 1, changed: false, problems: [problem] });
    expect(await run(scene, { hints: [] })).toMatchObject({ problems: [problem] });
    expect(reads).not.toContain(poison);
    await scene.copy(c);
    expect(await run(scene)).toMatchObject({ packages: 2, problems: [] });
  });
});
