import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openZip } from '../../../core/archive/zip/open-zip.ts';
import { measured, writeZip } from '../../../core/archive/zip/write-zip.ts';
import { parseJson } from '../../../core/json/json.ts';
import { packageKey } from '../../../core/layout/keys.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { inspectPackage } from '../../../core/package/inspect-package.ts';
import { bytesSource } from '../../../core/ports/byte-source.ts';
import { fetchArtifact } from '../../../core/steps/fetch.ts';
import { readPackage } from '../../local/sample/read-back.ts';
import { joined } from '../../support/packages/refusal.ts';
import { buildSdist } from '../../support/python/build-sdist.ts';
import { buildWheel } from '../../support/python/build-wheel.ts';
import { madeArtifact } from '../../support/python/made-artifact.ts';
import { fetchScene, provenancesIn } from '../../support/upstream/fetch-scene.ts';
import { ok, status, testUpstream } from '../../support/upstream/test-upstream.ts';

const wheel = buildWheel({ files: { 'demo.py': 'x = 1\n', 'demo-1.0.data/scripts/demo': '#!python\n' } });
const sdist = buildSdist({ files: { 'setup.py': 'from setuptools import setup\nsetup(scripts=LIST)\n' } });
const ofSdist = { from: 'sdist', fileName: 'demo-1.0.tar.gz' } as const;

const wheelName = 'demo-1.0-py3-none-any.whl';
const newest = Date.UTC(2015, 7, 5, 12, 30, 58);

/** A ZIP with the members of another, all of this date. */
async function dated(zip: Uint8Array): Promise<Uint8Array> {
  const members = await openZip(bytesSource(zip), () => {});
  return joined(writeZip(await Promise.all(members.map(({ name, open }) => measured(name, open))), newest));
}

type Changes = Omit<Parameters<typeof madeArtifact>[1], 'url'>;

/** Fetches what is made of `bytes`, which an index answers with. */
async function fetchMade(bytes: Uint8Array, changes: Changes = {}, scene = fetchScene(''), answers = [ok(bytes)]) {
  await using upstream = await testUpstream(...answers);
  const artifact = madeArtifact(bytes, { url: `${upstream.url}/demo`, ...changes });
  const outcome = await fetchArtifact(artifact, scene.world);
  const key = packageKey('conda', artifact.subdir, artifact.filename);
  const stored = scene.store.objects.get(key)?.bytes;
  return { outcome, scene, artifact, stored, requests: upstream.requests.length };
}

/** The outcome of a fetch that failed. */
const failed = (code: string, detail: RegExp) => ({
  status: 'failed',
  problem: expect.objectContaining({ code, detail: expect.stringMatching(detail) }),
});

const indexJson = z.looseObject({ depends: z.array(z.string()), timestamp: z.number() });

describe('a package that is made of a wheel', () => {
  it('is stored with its evidence, sound, and the same each time', async () => {
    const { outcome, stored, scene, artifact } = await fetchMade(wheel);
    expect(outcome).toEqual({ status: 'stored' });
    const bytes = stored ?? new Uint8Array();
    expect((await inspectPackage(bytesSource(bytes), artifact.filename)).findings).toEqual([]);
    const members = await readPackage(artifact.filename, bytes);
    expect(members['site-packages/demo.py']).toBe('x = 1\n');
    const index = parseJson(members['info/index.json'] ?? '', indexJson, 'index.json');
    expect(index).toMatchObject({ name: 'demo', depends: ['python >=3.8'], timestamp: Date.UTC(2020, 0, 1) });
    expect(provenancesIn(scene.store)).toMatchObject([
      {
        sha256: sha256Of(bytes),
        size: bytes.length,
        origin: {
          type: 'made',
          from: 'wheel',
          index: 'http://127.0.0.1/simple',
          fileName: 'demo-1.0-py3-none-any.whl',
          sha256: sha256Of(wheel),
          revision: 1,
        },
        record: artifact.record,
        findings: [],
      },
    ]);
    expect((await fetchMade(wheel)).stored).toEqual(stored);
    expect(await fetchMade(wheel, {}, scene)).toMatchObject({ outcome: { status: 'present' }, requests: 0 });
  });

  it.each([
    ['wheel', wheelName, wheel],
    ['sdist', 'demo-1.0.zip', buildSdist({ format: '.zip' })],
  ] as const)('is dated by the newest time in the %s where the index gives none', async (from, fileName, bytes) => {
    const { stored, artifact } = await fetchMade(await dated(bytes), { from, fileName, timestamp: 0 });
    const members = await readPackage(artifact.filename, stored ?? new Uint8Array());
    const { timestamp } = parseJson(members['info/index.json'] ?? '', indexJson, 'index.json');
    expect(timestamp).toBe(newest);
  });

  it.each<[string, Uint8Array, Changes, string, RegExp]>([
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
    ['a wheel of another version', wheel, { version: '2.0' }, 'package.refused', /demo-2\.0/],
    ['a record of something else', wheel, { record: { version: '3' } }, 'package.identity', /version/],
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
    expect(outcome).toEqual(failed(code, detail));
    expect([...scene.store.objects.keys()]).toEqual([]);
  });

  it('is not made while there is no room for the file and for what is made of it', async () => {
    const [open, inner] = [fetchScene(''), fetchScene('')];
    const scratch = wheel.length * 2 - 1;
    await expect(fetchMade(wheel, {}, { ...open, world: { ...open.world, scratch } })).rejects.toMatchObject({
      code: 'store.too-large',
    });
    const unsized = { ...inner, world: { ...inner.world, scratch: wheel.length + 1 } };
    await expect(fetchMade(wheel, { size: null }, unsized)).rejects.toMatchObject({ code: 'store.too-large' });
    expect([open.store.objects.size, inner.store.objects.size]).toEqual([0, 0]);
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

describe('a package that is made of an sdist', () => {
  it('says what was left out, of what it was made and by which reader', async () => {
    const { outcome, scene, stored, artifact } = await fetchMade(sdist, ofSdist);
    expect(outcome).toEqual({ status: 'stored' });
    expect(provenancesIn(scene.store)).toMatchObject([
      {
        origin: { type: 'made', from: 'sdist', fileName: 'demo-1.0.tar.gz', sha256: sha256Of(sdist), revision: 1 },
        findings: [{ code: 'sdist.left-out', detail: 'scripts=LIST of setup.py' }],
      },
    ]);
    const members = await readPackage(artifact.filename, stored ?? new Uint8Array());
    expect(members['site-packages/demo/__init__.py']).toBe('x = 1\n');
    expect((await fetchMade(sdist, ofSdist)).stored).toEqual(stored);
  });
});

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
        expect([...scene.store.objects.keys()].sort()).toEqual([...calm.scene.store.objects.keys()].sort());
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
