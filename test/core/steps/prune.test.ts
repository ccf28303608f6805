import { beforeEach, describe, expect, it } from 'vitest';
import { controlKey, indexKey, stateKey } from '../../../core/layout/keys.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { noarch } from '../../../core/names/subdir.ts';
import { subdir } from '../../support/index/index-scene.ts';
import { day, type PruneScene, withdrawn } from '../../support/index/prune-scene.ts';
import { a, at, b, c, kinds, withdrawnScene } from '../../support/index/withdrawn-scene.ts';
import { key } from '../../support/store/objects.ts';

const control = controlKey('conda', subdir);
const root = stateKey('conda', subdir);

let scene: PruneScene;
beforeEach(async () => {
  scene = await withdrawnScene();
});
const packages = () => scene.keys('conda/linux-64/').filter((each) => /\.(conda|tar\.bz2)$/.test(each));

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

  it('when it was made of a file of a Python package index', async () => {
    const fileName = 'c-1-py3-none-any.whl';
    const file = { index: 'https://i', fileName, url: `https://i/${fileName}`, sha256: sha256Of(fileName) };
    await scene.cameFrom(at(c), { type: 'made', from: 'wheel', ...file, revision: 1 });
    expect(kinds(await scene.prune(), 'package')).toEqual([at(a), at(c)]);
  });

  it('only when told to: without that nothing is written or deleted, and the report is the same', async () => {
    scene.writes();
    const told = await scene.prune(false);
    expect(scene.writes()).toEqual([]);
    expect(await scene.prune()).toEqual(told);
  });

  it.each([
    ['was taken back', async () => scene.decide({ [a]: { why: ['a'] } })],
    [
      'was yanked too: locks name its address',
      async () => {
        await scene.decide({ [a]: { ...withdrawn(1), yank: { at: 1, reason: 'breaks' } } });
        await scene.index();
      },
    ],
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
    expect(report.problems).toMatchObject([{ code: 'prune.unsure', subject: 'linux-64' }]);
    const [{ detail: why, hint } = { detail: '', hint: '' }] = report.problems;
    expect(`${why}: ${hint}`).toMatch(detail);
    expect(scene.keys('')).toEqual(before);
  });

  it('and other subdirs go on', async () => {
    await scene.store.put(controlKey('conda', noarch), Buffer.from('{'));
    const report = await scene.prune();
    expect(kinds(report, 'package')).toEqual([at(a)]);
    expect(report.problems.map(({ subject }) => subject)).toEqual(['noarch']);
  });
});
