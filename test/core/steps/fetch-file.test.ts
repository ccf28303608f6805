import { describe, expect, it } from 'vitest';
import { openZip } from '../../../core/archive/zip/open-zip.ts';
import { measured, writeZip } from '../../../core/archive/zip/write-zip.ts';
import { readFileProvenance } from '../../../core/documents/simple/file-provenance.ts';
import { simpleFileKey, simpleMetadataKey } from '../../../core/layout/keys.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { bytesSource } from '../../../core/ports/byte-source.ts';
import { fetchFile } from '../../../core/steps/fetch-file.ts';
import { readWheel } from '../../../core/wheel/read-wheel.ts';
import { isOfGate } from '../../support/gate/gate-keys.ts';
import { joined } from '../../support/packages/refusal.ts';
import { buildSdist } from '../../support/python/build-sdist.ts';
import { buildWheel, wheelName } from '../../support/python/build-wheel.ts';
import { failed } from '../../support/python/fetch-made.ts';
import { type FileChanges, fetchSimple, filesForPip, ofSdist, simpleFile } from '../../support/python/fetch-simple.ts';
import { fetchScene } from '../../support/upstream/fetch-scene.ts';
import { ok, testUpstream } from '../../support/upstream/test-upstream.ts';

const metadata = Buffer.from(
  'Metadata-Version: 2.1\r\nName: Demo\r\nVersion: 1.0\r\nAuthor: J\xfcrgen\r\nRequires-Python: >=3.8\r\n\r\nText.\r\n',
  'latin1',
);
const wheel = buildWheel({ info: { METADATA: metadata } });
const sdist = buildSdist({ files: { 'setup.py': 'from setuptools import setup\nsetup(scripts=LIST)\n' } });
const key = 'simple/demo/demo-1.0-py3-none-any.whl';

/** A ZIP with the members of another, all of this date. */
async function dated(zip: Uint8Array, newest: number): Promise<Uint8Array> {
  const members = await openZip(bytesSource(zip), () => {});
  return joined(writeZip(await Promise.all(members.map(({ name, open }) => measured(name, open))), newest));
}

const provenanceOf = async ({ scene, file }: Pick<Awaited<ReturnType<typeof fetchSimple>>, 'scene' | 'file'>) => {
  const { bytes = new Uint8Array() } = scene.store.objects.get(simpleFileKey(file.project, file.fileName)) ?? {};
  return readFileProvenance(scene.store, file, sha256Of(bytes));
};

describe('a wheel of an index', () => {
  it('is stored as it is, behind its provenance and its METADATA byte for byte; and once', async () => {
    const fetched = await fetchSimple(wheel);
    const { scene, outcome } = fetched;
    expect(outcome).toEqual({ status: 'stored' });
    expect(filesForPip(scene.store)).toEqual(
      new Map([
        [`${key}.metadata`, metadata],
        [key, Buffer.from(wheel)],
      ]),
    );
    const sha256 = sha256Of(wheel);
    expect(await provenanceOf(fetched)).toEqual({
      version: 1,
      project: 'demo',
      fileName: 'demo-1.0-py3-none-any.whl',
      sha256,
      size: wheel.length,
      release: '1.0',
      metadataSha256: sha256Of(metadata),
      requiresPython: '>=3.8',
      uploadTime: '2020-01-02T03:04:05Z',
      origin: { type: 'index', index: 'http://127.0.0.1/simple', url: fetched.file.url },
      findings: [{ code: 'metadata.utf8', detail: 'METADATA is not UTF-8' }],
      firstSeen: 1_700_000_000_000,
    });
    const written = scene.operations.filter((operation) => /^(?:put|publish)/.test(operation));
    const writes = written.filter((operation) => !isOfGate(operation));
    expect(written.slice(-3)).toEqual(writes);
    expect(writes).toEqual([
      `put _gatehouse/provenance/${key}/${sha256}.json`,
      `put ${key}.metadata`,
      `publish ${key}`,
    ]);
    expect(await fetchSimple(wheel, {}, scene)).toMatchObject({ outcome: { status: 'present' }, requests: 0 });
  });

  it('may be for one platform, and keeps a + in its name', async () => {
    const fileName = 'demo-1.0+cu118-cp312-cp312-manylinux_2_28_x86_64.whl';
    const info = { WHEEL: 'Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp312-cp312-manylinux_2_28_x86_64\n' };
    const bytes = buildWheel({ fileName, info, files: { 'demo.so': '\x7fELF' } });
    const { outcome, scene } = await fetchSimple(bytes, { fileName, release: '1.0+cu118' });
    expect(outcome).toEqual({ status: 'stored' });
    expect([...filesForPip(scene.store).keys()].sort()).toEqual([
      `simple/demo/${fileName}`,
      `simple/demo/${fileName}.metadata`,
    ]);
  });

  it('is dated by the newest time in it where the index gives none', async () => {
    const newest = Date.UTC(2015, 7, 5, 12, 30, 58);
    const fetched = await fetchSimple(await dated(wheel, newest), { uploadTime: null });
    expect(await provenanceOf(fetched)).toMatchObject({ uploadTime: '2015-08-05T12:30:58.000Z' });
  });

  it.each([
    ["Requires-Python: >= '2.7'\n", null],
    ['Requires-Python: >=3.5.*\n', null],
    ['Requires-Python:\n', null],
    ['', null],
    ['Requires-Python:  >=3.8 , <4 \n', '>=3.8 , <4'],
  ])('asks of Python what can be read: %j', async (line, expected) => {
    const fetched = await fetchSimple(buildWheel({ metadata: line }));
    expect(await provenanceOf(fetched)).toMatchObject({ requiresPython: expected });
  });
});

describe('a wheel that is read of a source distribution', () => {
  it('is the same each time, says what was left out and where it is from', async () => {
    const fetched = await fetchSimple(sdist, ofSdist);
    const { outcome, scene, file } = fetched;
    expect(outcome).toEqual({ status: 'stored' });
    expect(await provenanceOf(fetched)).toMatchObject({
      fileName: ofSdist.fileName,
      origin: { type: 'made', fileName: 'demo-1.0.tar.gz', sha256: sha256Of(sdist), revision: 1, url: file.url },
      findings: [{ code: 'sdist.left-out', detail: 'scripts=LIST of setup.py' }],
    });
    const stored = filesForPip(scene.store);
    const bytes = stored.get(`simple/demo/${ofSdist.fileName}`) ?? new Uint8Array();
    const read = await readWheel(bytesSource(bytes), wheelName(ofSdist.fileName));
    expect(stored.get(`simple/demo/${ofSdist.fileName}.metadata`)).toEqual(Buffer.from(read.metadataBytes));
    expect(read.modified).toBe(Date.UTC(2020, 0, 2, 3, 4, 4));
    expect(filesForPip((await fetchSimple(sdist, ofSdist)).scene.store)).toEqual(stored);
    expect(await fetchSimple(sdist, ofSdist, scene)).toMatchObject({ outcome: { status: 'present' }, requests: 0 });
  });

  it('does not take the place of one of another sdist', async () => {
    const { scene } = await fetchSimple(sdist, ofSdist);
    const before = filesForPip(scene.store);
    const { outcome, requests } = await fetchSimple(buildSdist(), ofSdist, scene);
    expect(outcome).toEqual(failed('fetch.mutated', /not read of demo-1\.0\.tar\.gz/));
    expect(requests).toBe(0);
    expect(filesForPip(scene.store)).toEqual(before);
  });
});

describe('a file that is refused', () => {
  it.each<[string, Uint8Array, FileChanges, string, RegExp]>([
    ['other bytes than the plan names', wheel, { sha256: sha256Of('other') }, 'fetch.sha256', /expected sha256/],
    ['more bytes than the index says', wheel, { size: 9 }, 'fetch.size', /more arrived/],
    ['no wheel', Buffer.from('<html>'), {}, 'gate.rejected', /F1\.framing/],
    ['another project', wheel, { project: 'other' }, 'package.refused', /wheel\.file-name: .* of other was planned/],
    [
      'metadata of another release',
      buildWheel({ info: { METADATA: 'Metadata-Version: 2.1\nName: demo\nVersion: 1.1\n' } }),
      {},
      'gate.rejected',
      /F2\.identity/,
    ],
    [
      'two dist-infos',
      buildWheel({ files: { 'demo-1.1.dist-info/METADATA': 'x' } }),
      {},
      'gate.rejected',
      /F2\.dist-info/,
    ],
    ['no METADATA', buildWheel({ info: { METADATA: null } }), {}, 'gate.rejected', /F2\.dist-info/],
    [
      'a binary wheel with a file that RECORD does not list',
      buildWheel({ fileName: 'demo-1.0-cp312-cp312-win_amd64.whl', more: [{ name: 'x.pyd', data: '' }] }),
      { fileName: 'demo-1.0-cp312-cp312-win_amd64.whl' },
      'gate.rejected',
      /F3\.record-unlisted/,
    ],
    [
      'an sdist without egg-info',
      buildSdist({ files: { 'demo.egg-info/PKG-INFO': null, 'demo.egg-info/top_level.txt': null } }),
      ofSdist,
      'package.refused',
      /sdist\.egg-info/,
    ],
    [
      'a wheel planned for another reader of sdists',
      sdist,
      { ...ofSdist, fileName: 'demo-1.0-0gatehouse0-py3-none-any.whl' },
      'package.refused',
      /wheel\.file-name: .*0gatehouse0.* was planned/,
    ],
  ])('leaves nothing, and says why: %s', async (_, bytes, changes, code, detail) => {
    const { outcome, scene } = await fetchSimple(bytes, changes);
    expect(outcome).toEqual({ ...failed(code, detail), status: code.startsWith('gate.') ? 'held' : 'failed' });
    expect([...scene.store.objects.keys()].filter((at) => !isOfGate(at))).toEqual([]);
  });

  it.each([
    ['the file', '', 'expected sha256'],
    ['its metadata', '.metadata', 'is not the METADATA of its wheel'],
  ])('for what the store has in the place of %s: an alarm, and nothing is replaced', async (_, ending, detail) => {
    const { scene, file } = await fetchSimple(wheel);
    const place = ending === '' ? simpleFileKey : simpleMetadataKey;
    await scene.store.put(place(file.project, file.fileName), Buffer.from('other'));
    const { outcome } = await fetchSimple(wheel, {}, scene);
    expect(outcome).toEqual(failed('fetch.mutated', new RegExp(detail)));
    expect(Buffer.from(scene.store.objects.get(place(file.project, file.fileName))?.bytes ?? []).toString()).toBe(
      'other',
    );
  });

  it('for its size, before a byte is transferred', async () => {
    const scene = fetchScene('');
    await using upstream = await testUpstream(ok(sdist));
    const file = simpleFile(sdist, { url: upstream.url, ...ofSdist });
    const world = { ...scene.world, scratch: sdist.length * 2 - 1 };
    await expect(fetchFile(file, world)).rejects.toMatchObject({ code: 'store.too-large' });
    expect(upstream.requests).toEqual([]);
    await expect(fetchFile(file, { ...world, scratch: sdist.length * 2 })).rejects.toMatchObject({
      code: 'store.too-large',
    });
    expect(scene.store.objects.size).toBe(0);
  });
});
