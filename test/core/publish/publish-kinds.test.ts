import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { sha256Of } from '../../../core/names/digest.ts';
import { buildTar } from '../../support/archives/build-tar.ts';
import { isOfGate } from '../../support/gate/gate-keys.ts';
import { buildConda, buildTarBz2, indexJson, indexMember, pkgTar } from '../../support/packages/build-package.ts';
import { provenanceAt, publishFiles, publishPairs, publishWorld } from '../../support/publish/publish-scene.ts';
import { buildSdist } from '../../support/python/build-sdist.ts';
import { buildWheel } from '../../support/python/build-wheel.ts';
import { key } from '../../support/store/objects.ts';

const sdistOf = (folder: string, pkgInfo: string) =>
  gzipSync(buildTar({ name: `${folder}/PKG-INFO`, data: pkgInfo }, { name: `${folder}/x.py`, data: '' }));

describe('a source distribution that is published', () => {
  it.each<[string, Uint8Array, string, string]>([
    ['demo-1.0.tar.gz', buildSdist(), 'demo', '1.0'],
    ['demo-1.0.zip', buildSdist({ format: '.zip' }), 'demo', '1.0'],
    // As flit 3.8 names it.
    [
      'Gh.Demo2-1.0.tar.gz',
      sdistOf('Gh.Demo2-1.0', 'Metadata-Version: 2.1\nName: Gh.Demo2\nVersion: 1.0\n'),
      'gh-demo2',
      '1.0',
    ],
    [
      'demo-2016.6.15+21c64f5.dirty.tar.gz',
      sdistOf('demo-x', 'Metadata-Version: 2.1\nName: demo\nVersion: 2016.6.15+21c64f5.dirty\n'),
      'demo',
      '2016.6.15+21c64f5.dirty',
    ],
    ['Demo-1.00.tar.gz', buildSdist(), 'demo', '1.0'],
  ])('keeps its name %s, and has no metadata beside it', async (fileName, bytes, name, version) => {
    const world = publishWorld({ allowlistText: { reserved: ['demo', 'gh'] } });
    const { files, problems } = await publishFiles({ [fileName]: bytes }, world);
    expect(problems).toEqual([]);
    const key = `simple/${name}/${fileName}`;
    expect(files).toMatchObject([{ key, kind: 'sdist', name, status: 'stored' }]);
    expect([...world.store.objects.keys()].filter((one) => one.startsWith('simple/'))).toEqual([key]);
    const provenance = provenanceAt(world.store, `_gatehouse/provenance/${key}/${sha256Of(bytes)}.json`);
    expect(provenance).toMatchObject({ project: name, release: version, metadataSha256: null });
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['demo-1.1.tar.gz', buildSdist(), /metadata\.identity/],
    ['demo2-1.0.tar.gz', buildSdist(), /metadata\.identity/],
    ['demo-1.0.tar.gz', buildWheel(), /A\d/],
    ['demo-1.0.tar.gz', buildSdist().subarray(0, -9), /A\d/],
    ['../demo-1.0.tar.gz', buildSdist(), /sdist\.file-name/],
    ['demo-1.0.tar.bz2', buildSdist({ format: '.tar.bz2' }), /A3\.file-name/],
  ])('is refused as %s when it is something else', async (fileName, bytes, code) => {
    const world = publishWorld();
    const { problems } = await publishFiles({ [fileName]: bytes }, world);
    expect(problems).toMatchObject([{ code: 'package.refused', detail: expect.stringMatching(code) }]);
    expect(world.store.objects.size).toBe(0);
  });

  it('is refused by an ending that builders do not write', async () => {
    const { problems } = await publishFiles({ 'demo-1.0.tar.xz': buildSdist() }, publishWorld());
    expect(problems).toMatchObject([{ code: 'publish.file-name', subject: 'demo-1.0.tar.xz' }]);
  });
});

const condaOf = (changes: object) =>
  buildConda({
    info: zstdCompressSync(buildTar({ name: 'info/index.json', data: JSON.stringify({ ...indexJson, ...changes }) })),
  });

describe('a conda package that is published', () => {
  it.each<[string, Uint8Array]>([
    ['demo-1.0-h0_0.conda', buildConda()],
    ['demo-1.0-h0_0.tar.bz2', buildTarBz2(indexMember, { name: 'bin/demo', data: 'demo' })],
  ])('lies in the subdir that it names: %s', async (fileName, bytes) => {
    const world = publishWorld({ by: 'ci', to: 'staging' });
    const { files, problems } = await publishFiles({ [fileName]: bytes }, world);
    expect(problems).toEqual([]);
    expect(files).toMatchObject([
      { key: `staging/conda/linux-64/${fileName}`, kind: 'package', name: 'demo', version: '1.0', status: 'stored' },
    ]);
    const sha256 = sha256Of(bytes);
    expect([...world.store.objects.keys()].filter((at) => !isOfGate(at)).sort()).toEqual([
      `_gatehouse/names/conda/linux-64/${fileName}.json`,
      `_gatehouse/staging/provenance/conda/linux-64/${fileName}/${sha256}.json`,
      `staging/conda/linux-64/${fileName}`,
    ]);
    const provenance = provenanceAt(
      world.store,
      `_gatehouse/staging/provenance/conda/linux-64/${fileName}/${sha256}.json`,
    );
    expect(provenance).toMatchObject({ origin: { type: 'published', by: 'ci' }, record: { name: 'demo', sha256 } });
  });

  it.each<[string, string, Uint8Array, RegExp]>([
    ['another name', 'demo-1.1-h0_0.conda', buildConda(), /A\d|B1|version/],
    ['no name of a package', 'demo.conda', buildConda(), /A3\.file-name/],
    ['no subdir in it', 'demo-1.0-h0_0.conda', condaOf({ subdir: null }), /B1\.subdir/],
    ['a subdir that is a path', 'demo-1.0-h0_0.conda', condaOf({ subdir: '../noarch' }), /B1\.subdir/],
    ['a build that it does not say', 'demo-1.0-h0_0.conda', condaOf({ build: 'h1_0' }), /build/],
    ['a channel in its depends', 'demo-1.0-h0_0.conda', condaOf({ depends: ['defaults::python'] }), /record\.depends/],
    ['its end missing', 'demo-1.0-h0_0.tar.bz2', buildTarBz2(indexMember).subarray(0, -4), /A\d/],
    ['a member that climbs out', 'demo-1.0-h0_0.conda', buildConda({ pkg: pkgTar({ name: '../x', data: '' }) }), /A9/],
  ])('is refused for %s', async (_, fileName, bytes, code) => {
    const world = publishWorld();
    const { problems } = await publishFiles({ [fileName]: bytes }, world);
    expect(problems).toHaveLength(1);
    expect(`${problems[0]?.code}: ${problems[0]?.detail}`).toMatch(code);
    // Of what the gate rejects, its verdict is all that stays.
    const others = [...world.store.objects.keys()].filter((key) => !/^_gatehouse\/(?:verdicts|ledger)/.test(key));
    expect(others).toEqual([]);
  });

  it('is refused when its name is not reserved, though an entry names its sha256', async () => {
    const bytes = buildConda();
    const allowlistText = { reserved: [], packages: [{ pypi: 'demo', wheel: `sha256:${sha256Of(bytes)}` }] };
    const { problems } = await publishFiles({ 'demo-1.0-h0_0.conda': bytes }, publishWorld({ allowlistText }));
    expect(problems).toMatchObject([{ code: 'publish.not-reserved' }]);
  });
});

describe('files of one command', () => {
  it('may be of each kind, are told before they are written, and written once each', async () => {
    const world = publishWorld();
    const files = {
      'demo-1.0.tar.gz': buildSdist(),
      'demo-1.0-py3-none-any.whl': buildWheel(),
      'demo-1.0-h0_0.conda': buildConda(),
    };
    const keys = [
      'simple/demo/demo-1.0-py3-none-any.whl',
      'simple/demo/demo-1.0.tar.gz',
      'conda/linux-64/demo-1.0-h0_0.conda',
    ];
    expect((await publishFiles(files, world)).files.map(({ key }) => key)).toEqual(keys);
    expect(world.events).toMatchObject([{ type: 'publish.planned', files: keys.map((key) => ({ key })) }]);
  });

  it('may be one file twice, and not two files of one name', async () => {
    const world = publishWorld();
    const [wheel, other] = [buildWheel(), buildWheel({ files: { 'demo.py': 'x = 2' } })];
    const name = 'demo-1.0-py3-none-any.whl';
    expect(
      (
        await publishPairs(
          [
            [name, wheel],
            [name, other],
          ],
          world,
        )
      ).problems,
    ).toMatchObject([{ code: 'publish.used-name', subject: name }]);
    expect(world.store.objects.size).toBe(0);
    expect(
      (
        await publishPairs(
          [
            [name, wheel],
            [name, wheel],
          ],
          world,
        )
      ).files,
    ).toHaveLength(1);
  });
});

describe('what was yanked', () => {
  it('stays so when it is published again, which is said', async () => {
    const world = publishWorld();
    const files = { 'demo-1.0.tar.gz': buildSdist(), 'demo-1.0-h0_0.conda': buildConda() };
    expect((await publishFiles(files, world)).warnings).toEqual([]);
    const yank = { at: 1, reason: 'it deletes homes' };
    const control = (members: object) => Buffer.from(JSON.stringify({ version: 1, ...members }));
    await world.store.put(
      key('_gatehouse/control/simple/demo.json'),
      control({ files: { 'demo-1.0.tar.gz': { why: [], yank } } }),
    );
    await world.store.put(
      key('_gatehouse/control/conda/linux-64.json'),
      control({ packages: { 'demo-1.0-h0_0.conda': { yank } } }),
    );
    const { warnings, problems } = await publishFiles(files, world);
    expect(problems).toEqual([]);
    expect(warnings.map(({ code, subject }) => [code, subject])).toEqual([
      ['publish.yanked', 'demo-1.0.tar.gz'],
      ['publish.yanked', 'demo-1.0-h0_0.conda'],
    ]);
  });
});
