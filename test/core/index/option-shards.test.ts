import { describe, expect, it } from 'vitest';
import { type ObjectKey, objectKeySchema, shardsMadeKey } from '../../../core/layout/keys.ts';
import { type IndexScene, indexScene, subdir } from '../../support/index/index-scene.ts';
import { a, b, c, damage, run, shardIndexKey, shards, shardsIn } from '../../support/index/option-forms-scene.ts';

describe('shards', () => {
  const newShards = (scene: IndexScene) => scene.writes().filter((key) => key.includes('/shards/'));

  it('of names that did not change are not made again', async () => {
    const scene = indexScene();
    for (const name of [a, b]) await scene.copy(name);
    await run(scene, shards);
    scene.writes();
    await scene.copy(c);
    await run(scene, shards);
    expect(newShards(scene)).toHaveLength(1);
    expect(await damage(scene)).toEqual([]);
    await scene.remove(b);
    await scene.remove(c);
    scene.writes();
    await run(scene, shards);
    expect(newShards(scene)).toEqual([]);
    expect(await damage(scene)).toEqual([]);
    // Readers of the older index may still want those of b.
    expect(shardsIn(scene)).toHaveLength(3);
  });

  const made = shardsMadeKey('conda', subdir);
  const damaged = (store: IndexScene['store'], key: ObjectKey) => store.put(key, Buffer.from('{}'));
  const lost = (store: IndexScene['store'], key: ObjectKey) => store.delete(key);
  it.each([
    ['what they were made from is damaged', [made], damaged],
    ['what they were made from is lost', [made], lost],
    ['their index is damaged', [shardIndexKey], damaged],
    ['their index is lost', [shardIndexKey], lost],
    ['both are damaged', [made, shardIndexKey], damaged],
  ])('are all made again when %s', async (_, keys, become) => {
    const scene = indexScene();
    for (const name of [a, b]) await scene.copy(name);
    await run(scene, shards);
    for (const key of keys) await become(scene.store, key);
    await scene.copy(c);
    scene.writes();
    await run(scene, shards);
    expect(newShards(scene)).toHaveLength(2);
    expect(await damage(scene, shards)).toEqual([]);
  });

  it('left by a run that was cut off before their index are taken up by the next', async () => {
    let broken = false;
    const scene = indexScene({
      fault: (op, key) => (op === 'publish' && key === shardIndexKey && broken ? 'broken' : undefined),
    });
    await scene.copy(a);
    await run(scene, shards);
    broken = true;
    await scene.copy(b);
    await expect(run(scene, shards)).rejects.toMatchObject({ code: 'store.broken' });
    expect(await damage(scene)).toContain(`verify.index-form ${shardIndexKey}`);
    broken = false;
    await run(scene, new Set());
    expect(await damage(scene)).toEqual([]);
  });

  it('that are damaged or gone are named by verify and mended by a rebuild', async () => {
    const scene = indexScene();
    for (const name of [a, b]) await scene.copy(name);
    await run(scene, shards);
    const [one = '', two = ''] = shardsIn(scene);
    await scene.store.put(objectKeySchema.parse(one), Buffer.from('damaged'));
    await scene.store.delete(objectKeySchema.parse(two));
    expect((await damage(scene)).sort()).toEqual([`verify.shard ${one}`, `verify.shard ${two}`].sort());
    await run(scene, new Set(), { rebuild: true });
    expect(await damage(scene)).toEqual([]);
  });

  it('follow what control decides', async () => {
    const scene = indexScene();
    for (const name of [a, b]) await scene.copy(name);
    await run(scene, shards);
    await scene.decide({
      [a]: { withdrawn: { at: 1, reason: 'recalled' } },
      [b]: { hotfix: { set: { depends: [] } } },
    });
    await run(scene, shards);
    expect(await damage(scene)).toEqual([]);
  });
});
