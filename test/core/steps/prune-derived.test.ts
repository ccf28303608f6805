import { beforeEach, describe, expect, it } from 'vitest';
import { optionalIndexFiles } from '../../../core/layout/index-files.ts';
import { channeldataPartKey, indexKey, planKey } from '../../../core/layout/keys.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { shardIndex } from '../../../core/outputs/shards/shard-index.ts';
import { indexSubdir } from '../../../core/steps/index-subdir.ts';
import { subdir } from '../../support/index/index-scene.ts';
import { day, hour, type PruneScene } from '../../support/index/prune-scene.ts';
import { kinds, withdrawnScene } from '../../support/index/withdrawn-scene.ts';
import { key } from '../../support/store/objects.ts';

let scene: PruneScene;
beforeEach(async () => {
  scene = await withdrawnScene();
});

describe('what is derived or kept for a while goes', () => {
  it('segments and summaries that no state has named for an hour', async () => {
    await scene.prune();
    await scene.index();
    scene.now += 5 * day;
    await scene.prune();
    const named = scene.keys('_gatehouse/state/conda/linux-64/');
    expect(kinds(await scene.prune(), 'state')).toEqual([]);
    await scene.copy('d-1-0.conda');
    await scene.index();
    scene.now += hour - 1;
    expect(kinds(await scene.prune(), 'state')).toEqual([]);
    scene.now += 1;
    const gone = kinds(await scene.prune(), 'state');
    expect(gone.length).toBeGreaterThan(0);
    expect(named).toEqual(expect.arrayContaining(gone));
    expect(await scene.damage()).toEqual([]);
    expect(await scene.index()).toEqual([]);
  });

  it('a segment that was never named, a day after it was written', async () => {
    const segment = key(`_gatehouse/state/conda/linux-64/${sha256Of('left behind')}`);
    await scene.store.put(segment, Buffer.from('left behind'));
    scene.now += day - 1;
    expect(kinds(await scene.prune(), 'state')).not.toContain(segment);
    scene.now += 1;
    expect(kinds(await scene.prune(), 'state')).toContain(segment);
  });

  it('but never what a subdir adds to channeldata.json, which tells by itself what it was made from', async () => {
    const part = channeldataPartKey('conda', subdir);
    await scene.store.put(part, Buffer.from('kept'));
    scene.now += 365 * day;
    await scene.prune();
    expect(scene.has(part)).toBe(true);
  });

  it('shards that no shard index names, two days after the one of now was written', async () => {
    const shards = { one: sha256Of('one'), two: sha256Of('two') };
    const shard = (sha256: string) => key(`conda/linux-64/shards/${sha256}.msgpack.zst`);
    for (const each of Object.values(shards)) await scene.store.put(shard(each), Buffer.from(each));
    scene.now += 30 * day;
    await using staged = await scene.store.stage();
    await staged.write(shardIndex({ subdir, createdAt: 0, shards: new Map([['one', shards.one]]) }));
    await staged.publish(indexKey('conda', subdir, 'repodata_shards.msgpack.zst'), { generation: '99' });
    scene.now += 2 * day - 1;
    expect(kinds(await scene.prune(), 'shard')).toEqual([]);
    scene.now += 1;
    expect(kinds(await scene.prune(), 'shard')).toEqual([shard(shards.two)]);
    expect(scene.has(shard(shards.one))).toBe(true);
  });

  it('shards where there is no shard index, after 90 days', async () => {
    const shard = `conda/linux-64/shards/${sha256Of('x')}.msgpack.zst`;
    await scene.store.put(key(shard), Buffer.from('x'));
    scene.now += 90 * day - 1;
    await scene.prune();
    expect(scene.has(shard)).toBe(true);
    scene.now += 1;
    expect(kinds(await scene.prune(), 'shard')).toEqual([shard]);
  });

  it('the index files of an option that is off, and those of no other', async () => {
    const world = { ...scene.world, asked: new Set(optionalIndexFiles), bzip2: async (bytes: Uint8Array) => bytes };
    await indexSubdir(subdir, world);
    const [shards, bzip2, fromPackages] = optionalIndexFiles.map((file) => indexKey('conda', subdir, file));
    expect(kinds(await scene.prune(), 'form')).toEqual([]);
    scene.asked = new Set(['repodata.json.bz2']);
    expect(kinds(await scene.prune(), 'form')).toEqual([shards, fromPackages]);
    expect([shards, bzip2, fromPackages].map((each) => each !== undefined && scene.has(each))).toEqual([
      false,
      true,
      false,
    ]);
    await indexSubdir(subdir, { ...world, asked: scene.asked });
    expect(kinds(await scene.prune(), 'form')).toEqual([]);
  });

  it('plans after 90 days and documents of upstream that were not used for 30', async () => {
    const plan = planKey(sha256Of('plan'));
    await scene.store.put(plan, Buffer.from('{}'));
    await scene.store.put(key('_gatehouse/cache/x'), Buffer.from('x'));
    scene.now += 30 * day;
    expect(kinds(await scene.prune(), 'document')).toEqual(['_gatehouse/cache/x']);
    scene.now += 60 * day;
    expect(kinds(await scene.prune(), 'plan')).toEqual([plan]);
  });

  it('nothing else: all the rest is there as it was', async () => {
    scene.now += 1000 * hour;
    const before = new Map(scene.store.objects);
    const { objects } = await scene.prune();
    for (const { key: gone } of objects) before.delete(gone);
    expect(new Map(scene.store.objects)).toEqual(before);
  });
});
