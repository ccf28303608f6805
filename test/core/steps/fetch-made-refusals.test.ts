import { describe, expect, it } from 'vitest';
import { packageKey } from '../../../core/layout/keys.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { fetchArtifact } from '../../../core/steps/fetch.ts';
import { quickBzip2 } from '../../../local/sample/build-package.ts';
import { readPackage } from '../../local/sample/read-back.ts';
import { isOfGate, isOfLedger } from '../../support/gate/gate-keys.ts';
import { buildSdist } from '../../support/python/build-sdist.ts';
import { buildWheel } from '../../support/python/build-wheel.ts';
import { failed, fetchMade, type MadeChanges, ofSdist, sdist, wheel } from '../../support/python/fetch-made.ts';
import { madeArtifact } from '../../support/python/made-artifact.ts';
import { type FetchScene, fetchScene, provenancesIn } from '../../support/upstream/fetch-scene.ts';
import { ok, status, testUpstream } from '../../support/upstream/test-upstream.ts';

describe('a package that cannot be made', () => {
  it.each<[string, Uint8Array, MadeChanges, string, RegExp]>([
    ['other bytes than the plan names', wheel, { sha256: sha256Of('other') }, 'fetch.sha256', /expected sha256/],
    ['more bytes than the index says', wheel, { size: 9 }, 'fetch.size', /more arrived/],
    ['no wheel', Buffer.from('<html>'), {}, 'package.refused', /A4\.framing/],
    [
      'a wheel of another name',
      wheel,
      { fileName: 'other-1.0-py3-none-any.whl' },
      'package.refused',
      /metadata\.identity/,
    ],
    ['no wheel by its name', wheel, { fileName: 'demo.zip' }, 'package.refused', /wheel\.file-name/],
    ['a wheel of another version', wheel, { version: '2.0' }, 'gate.rejected', /demo-2\.0|2\.0/],
    [
      'a wheel that asks for something else than was planned',
      wheel,
      { asks: sha256Of('other') },
      'package.refused',
      /wheel\.metadata/,
    ],
    ['a record of something else', wheel, { record: { version: '3' } }, 'gate.rejected', /B1\..*version/],
    [
      'a wheel for one platform',
      buildWheel({ fileName: 'demo-1.0-cp312-cp312-win_amd64.whl' }),
      { fileName: 'demo-1.0-cp312-cp312-win_amd64.whl' },
      'package.refused',
      /wheel\.platform/,
    ],
    [
      'a wheel with a file that RECORD does not list',
      buildWheel({ more: [{ name: 'x.py', data: '' }] }),
      {},
      'package.refused',
      /wheel\.record-unlisted/,
    ],
    [
      'an sdist of another version',
      sdist,
      { ...ofSdist, fileName: 'demo-1.1.tar.gz' },
      'package.refused',
      /sdist\.file-name/,
    ],
    [
      'an sdist without egg-info',
      buildSdist({ files: { 'demo.egg-info/PKG-INFO': null, 'demo.egg-info/top_level.txt': null } }),
      ofSdist,
      'package.refused',
      /sdist\.egg-info/,
    ],
  ])('leaves nothing, and says why: %s', async (_, bytes, changes, code, detail) => {
    const { outcome, scene } = await fetchMade(bytes, changes);
    expect(outcome).toEqual({ ...failed(code, detail), status: code.startsWith('gate.') ? 'held' : 'failed' });
    expect([...scene.store.objects.keys()].filter((at) => !isOfGate(at))).toEqual([]);
  });

  it('is not made while there is no room for the file and for what is made of it', async () => {
    const within = (scratch: number, size: number | null) => {
      const scene = fetchScene('');
      return fetchMade(wheel, { size }, { ...scene, world: { ...scene.world, scratch } });
    };
    const tooLarge = { code: 'store.too-large' };
    await expect(within(wheel.length * 2 - 1, wheel.length)).rejects.toMatchObject(tooLarge);
    // The index does not say how large the wheel is: both are counted as they come.
    const both = wheel.length + ((await fetchMade(wheel)).stored?.length ?? 0);
    await expect(within(both - 1, null)).rejects.toMatchObject(tooLarge);
    expect((await within(both, null)).outcome).toEqual({ status: 'stored' });
  });

  it('is no .conda where a .tar.bz2 is asked for, and nothing can compress: it says what to do before it asks anything', async () => {
    const { outcome, scene, requests } = await fetchMade(wheel, { format: '.tar.bz2' });
    expect(outcome).toEqual(failed('fetch.bzip2', /for want of a bzip2 thread/));
    expect(outcome).toMatchObject({ problem: { hint: expect.stringContaining('-c bz2=on') } });
    expect([requests, ...scene.store.objects.keys()]).toEqual([0]);
    const able = { ...scene, world: { ...scene.world, bzip2: quickBzip2 } };
    const { outcome: now, stored, artifact } = await fetchMade(wheel, { format: '.tar.bz2' }, able);
    expect(now).toEqual({ status: 'stored' });
    const members = readPackage(artifact.filename, stored ?? new Uint8Array());
    const { stored: conda } = await fetchMade(wheel);
    expect(members).toEqual(readPackage('demo-1.0-0.conda', conda ?? new Uint8Array()));
  });

  it('is an alarm where the store has a package of this name that was made of something else', async () => {
    const scene = fetchScene('');
    const { stored, artifact } = await fetchMade(wheel, {}, scene);
    const other = buildWheel({ files: { 'demo.py': 'x = 2\n' } });
    expect((await fetchMade(other, {}, scene)).outcome).toEqual(failed('fetch.mutated', /not made of demo-1\.0/));
    expect(scene.store.objects.get(packageKey('conda', artifact.subdir, artifact.filename))?.bytes).toEqual(stored);
    const copied = fetchScene('');
    await copied.store.put(packageKey('conda', artifact.subdir, artifact.filename), stored ?? new Uint8Array());
    expect((await fetchMade(wheel, {}, copied)).outcome).toEqual(failed('fetch.mutated', /not made of/));
  });

  it('shows no secret of its URL', async () => {
    const scene = fetchScene('');
    await using upstream = await testUpstream(ok(wheel));
    const url = `${upstream.url.replace('//', '//user:p4ss@')}/demo?sig=p4ss`;
    expect(await fetchArtifact(madeArtifact(wheel, { url }), scene.world)).toEqual({ status: 'stored' });
    expect(JSON.stringify([provenancesIn(scene.store), scene.events])).not.toContain('p4ss');
  });
});

const keysOf = ({ store }: FetchScene) => [...store.objects.keys()].filter((at) => !isOfLedger(at)).sort();

describe('whatever fails', () => {
  it.each(['broken', 'ambiguous', 'conflict'] as const)(
    'at any operation of the store (%s), making it again converges',
    async (kind) => {
      const calm = await fetchMade(wheel);
      const right = sha256Of(calm.stored ?? new Uint8Array());
      expect(calm.scene.operations.length).toBeGreaterThan(4);
      for (let at = 1; at <= calm.scene.operations.length; at++) {
        const scene = fetchScene(right, (_, count) => (count === at ? kind : undefined));
        await fetchMade(wheel, {}, scene).catch((error) => expect(error).toMatchObject({ retry: true }));
        expect((await fetchMade(wheel, {}, scene)).outcome.status).toMatch(/stored|present/);
        expect(scene.wrongs).toEqual([]);
        expect(keysOf(scene)).toEqual(keysOf(calm.scene));
      }
    },
  );

  it('many at once bring one package', async () => {
    const scene = fetchScene('');
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => fetchMade(wheel, {}, scene)));
    expect(outcomes.map(({ outcome }) => outcome.status).sort()).toEqual([
      'present',
      'present',
      'present',
      'present',
      'stored',
    ]);
    expect(provenancesIn(scene.store)).toHaveLength(1);
  });

  it('an index that does not have the file any more is told of', async () => {
    expect((await fetchMade(wheel, {}, fetchScene(''), [status(404)])).outcome).toEqual(
      failed('upstream.status', /404/),
    );
  });
});
