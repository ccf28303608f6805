import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderStore } from '../../../adapters/store-folder/store-folder.ts';
import { soundFileProvenance } from '../../../core/documents/simple/file-provenance.ts';
import { type ObjectKey, projectControlKey, projectStateKey } from '../../../core/layout/keys.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { distributionFileNameSchema } from '../../../core/names/distribution-file-name.ts';
import { indexProjects } from '../../../core/steps/index-projects.ts';
import { testGate } from '../../support/gate/test-gate.ts';
import { temporaryFolder } from '../../support/machine/temporary-folder.ts';
import { buildSdist } from '../../support/python/build-sdist.ts';
import { buildWheel } from '../../support/python/build-wheel.ts';
import { seenInHtml, seenInJson } from '../../support/simple/read-pages.ts';
import { decide, project, type SimpleScene, simpleScene, verifySimple } from '../../support/simple/simple-scene.ts';
import { bytes, key } from '../../support/store/objects.ts';
import { memoryStore, newBucket } from '../../twins/store-memory.ts';

const demo = project('demo');
const wheel = 'demo-1.0-py3-none-any.whl';
const sdist = 'demo-1.0.tar.gz';
const at = (fileName: string): ObjectKey => key(`simple/demo/${fileName}`);

const listed = (scene: SimpleScene) => {
  const json = seenInJson(scene.page('demo', 'index.json') ?? '', 'demo');
  expect(json.map(({ fileName }) => fileName)).toEqual(
    seenInHtml(scene.page('demo', 'index.html') ?? '').map(({ fileName }) => fileName),
  );
  return json;
};
const names = (scene: SimpleScene) => listed(scene).map(({ fileName }) => fileName);

const problems = async (scene: SimpleScene, rebuild = false) =>
  (await scene.index(undefined, rebuild)).projects.flatMap((each) => each.problems);
const codes = async (scene: SimpleScene, rebuild = false) =>
  (await problems(scene, rebuild)).map(({ code, subject }) => `${code} ${subject}`);

/** A scene with files that somebody copied into the folder of `demo`. */
async function copiedIn(files: Readonly<Record<string, Uint8Array>>): Promise<SimpleScene> {
  const scene = simpleScene();
  for (const [fileName, content] of Object.entries(files)) await scene.store.put(at(fileName), content);
  return scene;
}

const provenanceOf = ({ store }: SimpleScene, fileName: string) =>
  soundFileProvenance(
    store,
    { project: demo, fileName: distributionFileNameSchema.parse(fileName) },
    sha256Of(store.objects.get(at(fileName))?.bytes ?? bytes('')),
  );

describe('a file that was copied in', () => {
  it('is listed with what it says of itself: a wheel with its METADATA beside it, a source distribution without', async () => {
    const scene = await copiedIn({
      [wheel]: buildWheel({ metadata: 'Requires-Python: >=3.8\n' }),
      [sdist]: buildSdist({ metadata: 'Requires-Python: >=3.9\n', files: { 'demo.egg-info/PKG-INFO': null } }),
      'demo-2.0.zip': buildSdist({ format: '.zip', files: { 'PKG-INFO': 'Name: Demo\nVersion: 2\n' } }),
    });
    expect(await codes(scene)).toEqual([]);
    const metadata = `Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nRequires-Python: >=3.8\n`;
    expect(listed(scene)).toMatchObject([
      { fileName: wheel, requiresPython: '>=3.8', metadata: sha256Of(metadata) },
      { fileName: sdist, requiresPython: '>=3.9', metadata: '' },
      { fileName: 'demo-2.0.zip', requiresPython: undefined, metadata: '' },
    ]);
    expect(String(Buffer.from(scene.store.objects.get(at(`${wheel}.metadata`))?.bytes ?? []))).toBe(metadata);
    expect(await provenanceOf(scene, wheel)).toMatchObject({ origin: { type: 'copied' }, release: '1.0' });
    expect(await provenanceOf(scene, sdist)).toMatchObject({ origin: { type: 'copied' }, metadataSha256: null });
    expect((await verifySimple(scene.store)).problems).toEqual([]);
    expect((await scene.index()).projects).toMatchObject([{ files: 3, changed: false, problems: [] }]);
  });

  it('is told by verify until it is, which writes nothing', async () => {
    const { store } = await copiedIn({ [wheel]: buildWheel(), [sdist]: buildSdist() });
    const told = (await verifySimple(store)).problems.map(({ code, key: where, hint }) => [code, where, hint]);
    const hint = expect.stringContaining('run gatehouse index');
    expect(told).toEqual([wheel, sdist].map((fileName) => ['verify.unknown', at(fileName), hint]));
    expect([...store.objects.keys()]).toEqual([at(wheel), at(sdist)]);
  });

  it('is dated by when it came to be there, and no later than it was seen', async () => {
    for (const [modified, uploadTime] of [
      [Date.UTC(2019, 5, 1, 12, 0, 0, 5), '2019-06-01T12:00:00.005Z'],
      [Date.UTC(270_000, 0, 1), '2023-11-14T22:13:20.000Z'],
      [-1, '1970-01-01T00:00:00.000Z'],
    ] as const) {
      const scene = simpleScene(memoryStore({}, newBucket({ now: () => modified })));
      await scene.store.put(at(wheel), buildWheel());
      expect(await codes(scene)).toEqual([]);
      expect(listed(scene).map((file) => file.uploadTime)).toEqual([uploadTime]);
    }
  });

  it('is a problem while it is still being copied, and found by the next index', async () => {
    for (const [fileName, whole] of [
      [wheel, buildWheel()],
      [sdist, buildSdist()],
    ] as const) {
      const scene = await copiedIn({ [fileName]: whole.subarray(0, -1) });
      expect(await problems(scene)).toMatchObject([
        { code: 'package.refused', subject: at(fileName), hint: expect.stringContaining('run gatehouse index again') },
      ]);
      expect([...scene.store.objects.keys()].filter((each) => each.startsWith('_gatehouse/provenance/'))).toEqual([]);
      await scene.store.put(at(fileName), whole);
      expect(await codes(scene)).toEqual([]);
      expect(names(scene)).toEqual([fileName]);
    }
  });

  it('that is written to while it is read is a problem, and nothing is known of it then', async () => {
    await using folder = await temporaryFolder();
    await mkdir(join(folder.path, 'simple', 'demo'), { recursive: true });
    const path = join(folder.path, 'simple', 'demo', wheel);
    await writeFile(path, buildWheel());
    const store = folderStore(folder.path);
    let isWritten = false;
    // Between the hashing of the wheel and the reading of what is in it.
    const read: typeof store.read = async (where, ...max) => {
      if (where.includes(`/provenance/simple/demo/${wheel}/`) && !isWritten) {
        isWritten = true;
        await writeFile(path, buildWheel({ files: { 'demo.py': 'y = 2222\n' } }));
      }
      return store.read(where, ...max);
    };
    const { clock, log } = { clock: { now: () => Date.now(), sleep: async () => {}, random: () => 0 }, log: () => {} };
    const first = await indexProjects('all', { store: { ...store, read }, gate: testGate(store), clock, log });
    const told = first.projects.flatMap((each) => each.problems.map(({ code, subject }) => [code, subject]));
    expect([isWritten, told]).toEqual([true, [['store.conflict', at(wheel)]]]);
    expect((await indexProjects('all', { store, gate: testGate(store), clock, log })).projects).toMatchObject([
      { files: 1, problems: [] },
    ]);
  });

  it.each([
    ['that is no wheel', { [wheel]: bytes('no') }, 'package.refused'],
    [
      'with a file that is not the one of RECORD',
      { [wheel]: buildWheel({ record: (row) => row.replace(/sha256=./, 'sha256=_') }) },
      'package.refused',
    ],
    ['without METADATA', { [wheel]: buildWheel({ info: { METADATA: null } }) }, 'package.refused'],
    ['with two .dist-info', { [wheel]: buildWheel({ files: { 'x-1.dist-info/METADATA': '' } }) }, 'package.refused'],
    [
      'that is named for another version',
      { [wheel]: buildWheel({ info: { METADATA: 'Name: demo\nVersion: 2\n' } }) },
      'package.refused',
    ],
    [
      'with other metadata beside it',
      { [wheel]: buildWheel(), [`${wheel}.metadata`]: bytes('Name: demo') },
      'index.metadata',
    ],
    [
      'of another project',
      { [sdist]: buildSdist({ files: { 'PKG-INFO': 'Name: x\nVersion: 1.0\n' } }) },
      'package.refused',
    ],
  ])('%s is a problem of its own', async (_, files, code) => {
    const scene = await copiedIn({
      ...files,
      'demo-3.0-py3-none-any.whl': buildWheel({ fileName: 'demo-3.0-py3-none-any.whl' }),
    });
    const [fileName = ''] = Object.keys(files);
    for (const rebuild of [false, false, true])
      expect(await codes(scene, rebuild)).toEqual([`${code} ${at(fileName)}`]);
    expect(names(scene)).toEqual(['demo-3.0-py3-none-any.whl']);
    expect(await provenanceOf(scene, fileName)).toBeNull();
  });

  it('with its own METADATA beside it is as without', async () => {
    const metadata = bytes('Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n');
    const scene = await copiedIn({ [wheel]: buildWheel(), [`${wheel}.metadata`]: metadata });
    expect(await codes(scene)).toEqual([]);
    expect(names(scene)).toEqual([wheel]);
  });

  it('beside one that installers cannot tell from it is a problem: what entered is served, or the first by name', async () => {
    const [one, other] = ['de.mo-1.0-py2.py3-none-any.whl', 'de_mo-1.0-py3.py2-none-any.whl'];
    const scene = simpleScene();
    const where = (fileName: string) => key(`simple/de-mo/${fileName}`);
    const build = (fileName: string) => buildWheel({ fileName });
    await scene.store.put(where(other), build(other));
    expect(await codes(scene)).toEqual([]);
    await scene.store.put(where(one), build(one));
    await scene.store.put(where('de-mo-1.0.zip'), bytes('x'));
    expect(await codes(scene)).toEqual([`package.refused ${where('de-mo-1.0.zip')}`, `index.twin ${where(one)}`]);
    const both = simpleScene();
    for (const fileName of [other, one]) await both.store.put(where(fileName), build(fileName));
    expect(await codes(both)).toEqual([`index.twin ${where(other)}`]);
  });

  it('whose bytes change is no longer listed', async () => {
    const scene = await copiedIn({ [wheel]: buildWheel(), [sdist]: buildSdist() });
    expect(await codes(scene)).toEqual([]);
    await scene.store.put(at(wheel), buildWheel({ files: { 'demo.py': 'y = 2\n' } }));
    expect(await problems(scene)).toMatchObject([
      {
        code: 'index.mutated',
        subject: at(wheel),
        hint: expect.stringContaining('other bytes need another file name'),
      },
    ]);
    expect(names(scene)).toEqual([sdist]);
    await scene.store.put(at(wheel), buildWheel());
    expect(await codes(scene, true)).toEqual([]);
    expect(names(scene)).toEqual([wheel, sdist]);
  });

  it('gets back the metadata that was lost', async () => {
    const scene = await copiedIn({ [wheel]: buildWheel() });
    await scene.index();
    const { store } = scene;
    const before = [...store.objects].map(([where, { bytes: content }]) => [where, sha256Of(content)]);
    await store.delete(at(`${wheel}.metadata`));
    expect((await verifySimple(store)).problems).toMatchObject([
      { code: 'verify.metadata', hint: expect.stringContaining('gatehouse index') },
    ]);
    await store.delete(projectStateKey(demo));
    expect(await codes(scene)).toEqual([]);
    expect(
      [...store.objects]
        .map(([where, { bytes: content }]) => [where, sha256Of(content)])
        .filter(([where]) => !where?.includes('/state/'))
        .sort(),
    ).toEqual(before.filter(([where]) => !where?.includes('/state/')).sort());
  });

  it('is not listed once control withdrew it, and needs no decision to be', async () => {
    const scene = await copiedIn({ [wheel]: buildWheel(), [sdist]: buildSdist() });
    await scene.index();
    const name = { project: demo, fileName: distributionFileNameSchema.parse(sdist) };
    await decide(scene.store, name, () => ({ why: [], withdrawn: { at: 1, reason: 'recalled' } }));
    expect(await codes(scene)).toEqual([]);
    expect(names(scene)).toEqual([wheel]);
    await scene.store.delete(projectControlKey(demo));
    expect(await codes(scene)).toEqual([]);
    expect(names(scene)).toEqual([wheel, sdist]);
  });
});

describe('a file of an index', () => {
  it('is not listed any more once control says nothing of it, though its page was made with it', async () => {
    const scene = simpleScene();
    await scene.mirror(wheel);
    await scene.index();
    expect(names(scene)).toEqual([wheel]);
    await scene.store.delete(projectControlKey(demo));
    expect(await codes(scene)).toEqual([]);
    expect(names(scene)).toEqual([]);
  });
});
