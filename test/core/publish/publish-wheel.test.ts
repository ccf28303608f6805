import { describe, expect, it } from 'vitest';
import { sha256Of } from '../../../core/names/digest.ts';
import { isOfGate } from '../../support/gate/gate-keys.ts';
import { provenanceAt, publishFiles, publishWorld } from '../../support/publish/publish-scene.ts';
import { buildSdist } from '../../support/python/build-sdist.ts';
import { buildWheel } from '../../support/python/build-wheel.ts';
import { key } from '../../support/store/objects.ts';
import { type MemoryStore, memoryStore } from '../../twins/store-memory.ts';

const fileName = 'demo-1.0-py3-none-any.whl';
const wheel = buildWheel({ metadata: 'Requires-Python: >=3.8\n' });
const sha256 = sha256Of(wheel);
const sdist = buildSdist({ files: { 'PKG-INFO': 'Metadata-Version: 2.1\nName: demo\nVersion: 2.0\n' } });
const other = buildWheel({ files: { 'demo.py': 'x = 2\n' } });

const snapshot = (store: MemoryStore) => new Map([...store.objects].map(([at, { bytes }]) => [at, sha256Of(bytes)]));

describe('a wheel that is published', () => {
  it('takes its name, and lies behind its provenance and METADATA', async () => {
    const writes: string[] = [];
    const store = memoryStore({
      before: (operation, key) => void (/^(?:put|publish)$/.test(operation) && writes.push(`${operation} ${key}`)),
    });
    const world = publishWorld({ store, by: 'ci' });
    expect(await publishFiles({ [fileName]: wheel }, world)).toEqual({
      files: [
        { key: `simple/demo/${fileName}`, kind: 'wheel', name: 'demo', version: '1.0', sha256, status: 'stored' },
      ],
      // No channel here has a python that a conda package could depend on.
      warnings: [expect.objectContaining({ code: 'publish.pip-only', subject: fileName })],
      problems: [],
    });
    expect(writes.filter((at) => !isOfGate(at))).toEqual([
      `put _gatehouse/names/simple/demo/${fileName}.json`,
      `put _gatehouse/provenance/simple/demo/${fileName}/${sha256}.json`,
      `put simple/demo/${fileName}.metadata`,
      `publish simple/demo/${fileName}`,
    ]);
    expect(provenanceAt(store, `_gatehouse/provenance/simple/demo/${fileName}/${sha256}.json`)).toMatchObject({
      origin: { type: 'published', by: 'ci' },
      uploadTime: '2023-11-14T22:13:20.000Z',
      requiresPython: '>=3.8',
    });
    expect(world.events).toEqual([
      {
        type: 'publish.planned',
        files: [{ key: `simple/demo/${fileName}`, kind: 'wheel', name: 'demo', version: '1.0', size: wheel.length }],
      },
    ]);
  });

  it('is there already when it comes again, and changes nothing', async () => {
    const world = publishWorld();
    await publishFiles({ [fileName]: wheel }, world);
    const before = snapshot(world.store);
    const again = await publishFiles({ [fileName]: wheel }, { ...world, by: 'somebody else' });
    expect(again.files).toMatchObject([{ key: `simple/demo/${fileName}`, status: 'present' }]);
    expect(snapshot(world.store)).toEqual(before);
  });

  it.each(['channel', 'staging'] as const)('never has other bytes, told from what is in the %s', async (to) => {
    const world = publishWorld({ to });
    await publishFiles({ [fileName]: wheel }, world);
    const before = snapshot(world.store);
    for (const where of ['channel', 'staging'] as const) {
      const { files, problems } = await publishFiles({ [fileName]: other }, { ...world, to: where });
      expect(files).toEqual([]);
      expect(problems).toMatchObject([{ code: 'publish.used-name', subject: fileName }]);
      expect(problems[0]?.detail).toContain(sha256);
      expect(problems[0]?.detail).toContain(sha256Of(other));
      expect(JSON.stringify(problems)).not.toMatch(/already exist/i);
      expect(snapshot(world.store)).toEqual(before);
    }
  });

  it.each<[string, string]>([
    ['only its name is left', '_gatehouse/names/'],
    ['only its provenance is left', '_gatehouse/provenance/'],
    ['it was put there by hand', 'simple/'],
  ])('never has other bytes when %s', async (_, prefix) => {
    const first = publishWorld();
    await publishFiles({ [fileName]: wheel }, first);
    const left = publishWorld();
    for (const [key, { bytes }] of first.store.objects) {
      if (key.startsWith(prefix) && !key.endsWith('.metadata')) await left.store.put(key, bytes);
    }
    const { problems } = await publishFiles({ [fileName]: other }, left);
    expect(problems).toMatchObject([{ code: 'publish.used-name' }]);
    expect((await publishFiles({ [fileName]: wheel }, left)).problems).toEqual([]);
    expect([...left.store.objects.keys()].sort()).toEqual([...first.store.objects.keys()].sort());
  });

  it('is not written where other bytes were put under its name by hand', async () => {
    const world = publishWorld();
    await publishFiles({ [fileName]: wheel }, world);
    await world.store.put(key(`simple/demo/${fileName}`), other);
    const before = snapshot(world.store);
    const { problems } = await publishFiles({ [fileName]: wheel, 'demo-2.0.tar.gz': sdist }, world);
    expect(problems).toMatchObject([{ code: 'publish.mutated', subject: fileName }]);
    expect(snapshot(world.store)).toEqual(before);
  });

  it('lies in staging under the same names, with what is known of it', async () => {
    const world = publishWorld({ to: 'staging' });
    const { files } = await publishFiles({ [fileName]: wheel }, world);
    expect(files).toMatchObject([{ key: `staging/simple/demo/${fileName}`, status: 'stored' }]);
    expect([...world.store.objects.keys()].filter((at) => !isOfGate(at)).sort()).toEqual([
      `_gatehouse/names/simple/demo/${fileName}.json`,
      `_gatehouse/staging/provenance/simple/demo/${fileName}/${sha256}.json`,
      `staging/simple/demo/${fileName}`,
      `staging/simple/demo/${fileName}.metadata`,
    ]);
  });
});

describe('what may not be published', () => {
  const refused = async (files: Readonly<Record<string, Uint8Array>>, changes: Parameters<typeof publishWorld>[0]) => {
    const world = publishWorld(changes);
    const { problems } = await publishFiles(files, world);
    expect(world.store.objects.size).toBe(0);
    return problems;
  };

  it('is a name that is not reserved', async () => {
    const problems = await refused({ [fileName]: wheel }, { allowlistText: { reserved: ['demo-tools'] } });
    expect(problems).toMatchObject([
      { code: 'publish.not-reserved', subject: fileName, hint: expect.stringContaining(`"wheel": "sha256:${sha256}"`) },
    ]);
  });

  it('is any other wheel than the one that an entry names', async () => {
    const allowlistText = { reserved: [], packages: [{ pypi: 'demo', wheel: `sha256:${sha256}` }] };
    expect(await refused({ [fileName]: other }, { allowlistText })).toMatchObject([{ code: 'publish.not-reserved' }]);
    const world = publishWorld({ allowlistText });
    expect((await publishFiles({ [fileName]: wheel }, world)).problems).toEqual([]);
  });

  it('is a name that the token does not have', async () => {
    const problems = await refused({ [fileName]: wheel }, { mayPublish: (name) => name !== 'demo' });
    expect(problems).toMatchObject([{ code: 'publish.not-allowed', subject: fileName }]);
  });

  it('is any file of a command in which one is wrong', async () => {
    const page = Buffer.from('<html>');
    const sound = { [fileName]: wheel };
    expect(await refused({ ...sound, 'demo-2.0-py3-none-any.whl': page }, {})).toMatchObject([
      {
        code: 'package.refused',
        subject: 'demo-2.0-py3-none-any.whl',
        hint: expect.stringContaining('build it again'),
      },
    ]);
    expect(await refused({ ...sound, 'README.md': page }, {})).toMatchObject([
      { code: 'publish.file-name', subject: 'README.md', hint: 'leave it out' },
    ]);
    const foreign = buildWheel({ fileName: 'numpy-1.0-py3-none-any.whl' });
    expect(await refused({ ...sound, 'numpy-1.0-py3-none-any.whl': foreign }, {})).toMatchObject([
      { code: 'publish.not-reserved', subject: 'numpy-1.0-py3-none-any.whl' },
    ]);
  });

  it.each([
    ['1,001 requirements and extras', 'Provides-Extra: x\n'.repeat(500) + 'Requires-Dist: pip\n'.repeat(501)],
    [
      'requirements of more than 64 KiB',
      `Requires-Dist: pip; ${'python_version > "3" and '.repeat(30)}os_name != ""\n`.repeat(90),
    ],
  ])('is a wheel with %s', async (_, metadata) => {
    expect(await refused({ [fileName]: buildWheel({ metadata }) }, {})).toMatchObject([
      { code: 'publish.requirements', subject: fileName, hint: expect.stringContaining('several projects') },
    ]);
  });

  it('is a wheel beside which lies the METADATA of another', async () => {
    const world = publishWorld();
    await world.store.put(key(`simple/demo/${fileName}.metadata`), Buffer.from('Name: other'));
    const { problems } = await publishFiles({ [fileName]: wheel }, world);
    expect(problems).toMatchObject([{ code: 'publish.metadata' }]);
    expect(world.store.objects.size).toBe(1);
  });
});
