import { beforeEach, describe, expect, it } from 'vitest';
import { sha256Of } from '../../../core/digest.ts';
import { optionForms } from '../../../core/forms/option-forms.ts';
import { shardIndex } from '../../../core/forms/shards/shard-index.ts';
import { controlKey, indexKey, planKey, stateKey } from '../../../core/layout.ts';
import { indexSubdir } from '../../../core/steps/index.ts';
import { noarch } from '../../../core/subdir.ts';
import { subdir } from '../../support/index-scene.ts';
import { key } from '../../support/objects.ts';
import { day, hour, type PruneScene, pruneScene, withdrawn } from '../../support/prune-scene.ts';

const [a, b, c] = ['a-1-0.conda', 'b-1-0.tar.bz2', 'c-1-0.conda'];
const at = (name: string) => `conda/linux-64/${name}`;
const control = controlKey('conda', subdir);
const root = stateKey('conda', subdir);

let scene: PruneScene;
/** `a` and `b` came from upstream, `c` was copied in; all were withdrawn, `a` and `c` 91 days ago and `b` 89. */
beforeEach(async () => {
  scene = pruneScene();
  await scene.fetched(a);
  await scene.fetched(b);
  await scene.copy(c);
  await scene.index();
  const since = withdrawn(scene.now);
  await scene.decide({ [a]: since, [c]: since, [b]: withdrawn(scene.now + 2 * day) });
  scene.now += day;
  await scene.index();
  scene.now += 90 * day;
});
const packages = () => scene.keys('conda/linux-64/').filter((each) => /\.(conda|tar\.bz2)$/.test(each));
const kinds = (report: { objects: readonly { kind: string; key: string }[] }, kind: string) =>
  report.objects.filter((each) => each.kind === kind).map((each) => each.key);

describe('a package goes', () => {
  it('when control withdrew it 90 days ago and no index shows it; provenance stays, and the index stays clean', async () => {
    const provenance = scene.keys('_gatehouse/provenance/');
    const report = await scene.prune();
    expect(kinds(report, 'package')).toEqual([at(a)]);
    expect(report.objects[0]?.reason).toMatch(/^withdrawn on 2023-11-14: no entry/);
    expect(report.later.objects).toBe(1);
    expect(report.problems).toEqual([]);
    expect(packages()).toEqual([at(b), at(c)]);
    expect(await scene.index()).toEqual([]);
    expect(await scene.damage()).toEqual([]);
    expect(scene.keys('_gatehouse/provenance/')).toEqual(provenance);
    expect((await scene.prune()).objects).toEqual([]);
    scene.now += day;
    expect(kinds(await scene.prune(), 'package')).toEqual([at(b)]);
  });

  it('only when told to: without that nothing is written or deleted, and the report is the same', async () => {
    scene.writes();
    const told = await scene.prune(false);
    expect(scene.writes()).toEqual([]);
    expect(await scene.prune()).toEqual(told);
  });

  it.each([
    ['was taken back', async () => scene.decide({ [a]: { why: ['a'] } })],
    ['is withdrawn anew, which the index has still to take up', async () => scene.decide({ [a]: withdrawn(1) })],
    [
      'came again yesterday',
      async () => {
        const { bytes } = scene.store.objects.get(key(at(a))) ?? expect.unreachable();
        await scene.store.delete(key(at(a)));
        scene.now -= day - 1;
        await scene.store.put(key(at(a)), bytes);
        await scene.index();
        scene.now += day - 1;
      },
    ],
    [
      'holds other bytes than entered',
      async () => {
        await scene.store.put(key(at(a)), Buffer.from('other'));
        scene.now -= 2 * day;
        await scene.index();
        scene.now += 2 * day;
      },
    ],
    [
      'has a damaged provenance',
      async () => {
        for (const each of scene.keys(`_gatehouse/provenance/${at(a)}`)) await scene.store.put(each, Buffer.from('{'));
      },
    ],
  ])('but not one that %s', async (_what, change) => {
    await change();
    expect(kinds(await scene.prune(), 'package')).toEqual([]);
    expect(packages()).toEqual([at(a), at(b), at(c)]);
  });

  it('but not one with a problem', async () => {
    await scene.store.put(key(at('poison-1-0.conda')), Buffer.from('no archive'));
    expect(await scene.index()).toHaveLength(1);
    await scene.decide({ 'poison-1-0.conda': {} });
    scene.now += 400 * day;
    await scene.prune();
    expect(packages()).toContain(at('poison-1-0.conda'));
  });
});

describe('where it is not sure, nothing of the subdir goes, and it says why', () => {
  const put = (where: string, text: string) => () => scene.store.put(key(where), Buffer.from(text));
  const gone = (where: string) => () => scene.store.delete(key(where));
  const cases: [string, () => Promise<unknown>, RegExp][] = [
    ['a damaged control', put(control, '{'), /control\/conda\/linux-64.json.*nothing of it is deleted.*backup/],
    ['a control that is gone', gone(control), /control.* is missing; nothing.*backup/],
    ['a damaged state', put(root, '{'), /state\/conda\/linux-64.json is not JSON.*gatehouse index/],
    ['a state that is gone', gone(root), /state\/conda\/linux-64.json is missing.*gatehouse index/],
    [
      'a segment that is gone',
      async () => {
        for (const each of scene.keys('_gatehouse/state/conda/linux-64/')) await scene.store.delete(each);
      },
      /is missing.*gatehouse index/,
    ],
    ['a damaged index', () => republish('repodata.json', '{'), /repodata.json.*nothing/],
    ['an index file that is gone', gone('conda/linux-64/repodata.json.zst'), /zst is missing.*gatehouse index/],
    ['an index file of before', put('conda/linux-64/repodata.json.zst', 'x'), /zst is behind its state/],
    ['an index file of an option, of before', put('conda/linux-64/repodata_shards.msgpack.zst', 'x'), /behind/],
  ];
  async function republish(file: string, text: string): Promise<void> {
    const where = indexKey('conda', subdir, file);
    const { etag, metadata } = scene.store.objects.get(where) ?? expect.unreachable();
    await using staged = await scene.store.stage();
    await staged.write(Buffer.from(text));
    await staged.publish(where, metadata, { etag });
  }

  it.each(cases)('%s', async (_what, damage, detail) => {
    await damage();
    const before = scene.keys('');
    const report = await scene.prune();
    expect(report.objects).toEqual([]);
    expect(report.problems).toEqual([
      { code: 'prune.unsure', subject: 'linux-64', detail: expect.stringMatching(detail) },
    ]);
    expect(scene.keys('')).toEqual(before);
  });

  it('and other subdirs go on', async () => {
    await scene.store.put(controlKey('conda', noarch), Buffer.from('{'));
    const report = await scene.prune();
    expect(kinds(report, 'package')).toEqual([at(a)]);
    expect(report.problems.map(({ subject }) => subject)).toEqual(['noarch']);
  });
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
    const world = { ...scene.world, forms: new Set(optionForms), bzip2: async (bytes: Uint8Array) => bytes };
    await indexSubdir(subdir, world);
    const [shards, bzip2, fromPackages] = optionForms.map((file) => indexKey('conda', subdir, file));
    expect(kinds(await scene.prune(), 'form')).toEqual([]);
    scene.asked = new Set(['repodata.json.bz2']);
    expect(kinds(await scene.prune(), 'form')).toEqual([shards, fromPackages]);
    expect([shards, bzip2, fromPackages].map((each) => each !== undefined && scene.has(each))).toEqual([
      false,
      true,
      false,
    ]);
    await indexSubdir(subdir, { ...world, forms: scene.asked });
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
