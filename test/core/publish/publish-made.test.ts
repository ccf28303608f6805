import { describe, expect, it } from 'vitest';
import { openZip } from '../../../core/archive/zip/open-zip.ts';
import { measured, writeZip } from '../../../core/archive/zip/write-zip.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { projectNameSchema } from '../../../core/names/project-name.ts';
import { bytesSource } from '../../../core/ports/byte-source.ts';
import { promote } from '../../../core/steps/promote.ts';
import { stagingStore } from '../../../core/store/staging-store.ts';
import { isOfLedger } from '../../support/gate/gate-keys.ts';
import { testGate } from '../../support/gate/test-gate.ts';
import { joined } from '../../support/packages/refusal.ts';
import { pythons, serveRecords } from '../../support/publish/own-scene.ts';
import { type PublishScene, provenanceAt, publishFiles, publishWorld } from '../../support/publish/publish-scene.ts';
import { buildWheel } from '../../support/python/build-wheel.ts';
import { key } from '../../support/store/objects.ts';
import { type MemoryStore, memoryStore } from '../../twins/store-memory.ts';

const fileName = 'demo-1.0-py3-none-any.whl';
const wheel = buildWheel();
const sha256 = sha256Of(wheel);
const name = projectNameSchema.parse('demo');

/** A world whose channel has python, on which the packages of wheels depend. */
async function withPython(changes: Parameters<typeof publishWorld>[0] = {}): Promise<PublishScene> {
  const world = publishWorld({ allowlistText: { python: ['3.12'] }, ...changes });
  await serveRecords(world.store, pythons);
  return world;
}

const packagesIn = ({ objects }: MemoryStore, prefix = 'conda/noarch/demo-') =>
  [...objects.keys()].filter((at) => at.startsWith(prefix));
const snapshot = ({ objects }: MemoryStore) =>
  new Map([...objects].filter(([at]) => !isOfLedger(at)).map(([at, { bytes }]) => [at, sha256Of(bytes)]));

async function without(store: MemoryStore, gone: (at: string) => boolean): Promise<MemoryStore> {
  const left = memoryStore();
  for (const [at, { bytes }] of store.objects) if (!gone(at)) await left.put(at, bytes);
  return left;
}

describe('a wheel that is published', () => {
  it('becomes a conda package, whose provenance names it', async () => {
    const world = await withPython({ by: 'ci' });
    const { files, warnings, problems } = await publishFiles({ [fileName]: wheel }, world);
    expect([warnings, problems]).toEqual([[], []]);
    const [made = ''] = packagesIn(world.store);
    expect(made).toMatch(/^conda\/noarch\/demo-1\.0-pypi_[0-9a-f]{8}\.conda$/);
    expect(files.map(({ key: at, kind }) => [at, kind])).toEqual([
      [`simple/demo/${fileName}`, 'wheel'],
      [made, 'package'],
    ]);
    const [, packaged] = files;
    expect(provenanceAt(world.store, `_gatehouse/provenance/${made}/${packaged?.sha256}.json`)).toMatchObject({
      origin: { type: 'published', by: 'ci', wheel: { fileName, sha256 } },
      record: { name: 'demo', version: '1.0', depends: expect.arrayContaining(['python >=3']) },
    });
    expect(provenanceAt(world.store, `_gatehouse/names/${made}.json`)).toMatchObject({ sha256: packaged?.sha256 });
    expect(world.events).toMatchObject([{ type: 'publish.planned', files: [{ kind: 'wheel' }, { kind: 'package' }] }]);
  });

  it('is told to be yanked with it when it is published again', async () => {
    const world = await withPython();
    await publishFiles({ [fileName]: wheel }, world);
    const [made = ''] = packagesIn(world.store).map((at) => at.replace('conda/noarch/', ''));
    const control = { version: 1, packages: { [made]: { yank: { at: 1, reason: 'broken' } } } };
    await world.store.put(key('_gatehouse/control/conda/noarch.json'), Buffer.from(JSON.stringify(control)));
    const { files, warnings } = await publishFiles({ [fileName]: wheel }, world);
    expect(files.map(({ status }) => status)).toEqual(['present', 'present']);
    expect(warnings).toMatchObject([{ code: 'publish.yanked', subject: made }]);
  });

  it('becomes it once, whatever the channel has by then', async () => {
    const world = await withPython();
    const { files } = await publishFiles({ [fileName]: wheel }, world);
    const before = snapshot(world.store);
    // Its depends would be others now, and so its name.
    const { allowlist } = publishWorld({
      allowlistText: { python: ['3.12'], packages: [{ pypi: 'demo', depends: ['pip'] }] },
    });
    const again = await publishFiles({ [fileName]: wheel }, { ...world, allowlist });
    expect(again.files).toEqual(files.map((file) => ({ ...file, status: 'present' })));
    expect(snapshot(world.store)).toEqual(before);
    const other = await withPython({
      allowlistText: { python: ['3.12'], packages: [{ pypi: 'demo', depends: ['pip'] }] },
    });
    await publishFiles({ [fileName]: wheel }, other);
    expect(packagesIn(other.store)).not.toEqual(packagesIn(world.store));
  });

  it('becomes it once, though conda is to call it otherwise by then', async () => {
    const world = await withPython();
    const { files } = await publishFiles({ [fileName]: wheel }, world);
    const allowlistText = { python: ['3.12'], reserved: ['demo', 'acme'], condaNames: { demo: 'acme-demo' } };
    const { allowlist } = publishWorld({ allowlistText });
    const again = await publishFiles({ [fileName]: wheel }, { ...world, allowlist });
    expect(again.files).toEqual(files.map((file) => ({ ...file, status: 'present' })));
  });

  it.each<[string, (at: string) => boolean]>([
    ['the package', (at) => at.startsWith('conda/noarch/demo-')],
    ['the package and its provenance', (at) => /^(?:_gatehouse\/provenance\/)?conda\/noarch\/demo-/.test(at)],
    ['all of the package', (at) => at.includes('conda/noarch/demo-')],
    ['the METADATA', (at) => at.endsWith('.metadata')],
    ['its provenance', (at) => at.startsWith('_gatehouse/provenance/simple/')],
    ['all but the names', (at) => /^(?:simple|conda\/noarch\/demo-|_gatehouse\/provenance)/.test(at)],
  ])('is finished by the same call where %s is missing', async (_, gone) => {
    const world = await withPython();
    await publishFiles({ [fileName]: wheel }, world);
    const left = await without(world.store, gone);
    expect(left.objects.size).toBeLessThan(world.store.objects.size);
    expect(
      (await publishFiles({ [fileName]: wheel }, { ...world, store: left, gate: testGate(left) })).problems,
    ).toEqual([]);
    expect(snapshot(left)).toEqual(snapshot(world.store));
  });

  it('is finished as it was begun, though the channel has other things by then', async () => {
    const world = await withPython();
    await publishFiles({ [fileName]: wheel }, world);
    const left = await without(world.store, (at) => at.startsWith('conda/noarch/demo-'));
    const { allowlist } = publishWorld({
      allowlistText: { python: ['3.12'], packages: [{ pypi: 'demo', depends: ['pip'] }] },
    });
    await publishFiles({ [fileName]: wheel }, { ...world, allowlist, store: left });
    expect(snapshot(left)).toEqual(snapshot(world.store));
  });

  it.each<[string, string, Parameters<typeof buildWheel>[0], RegExp]>([
    ['is compiled', 'demo-1.0-cp312-cp312-manylinux_2_28_x86_64.whl', {}, /platforms/],
    ['is of a local version', 'demo-1.0+build5-py3-none-any.whl', {}, /local version/],
    ['has headers', fileName, { files: { 'demo-1.0.data/headers/demo.h': '' } }, /wheel\.scheme/],
  ])('is for pip alone when it %s, which is said', async (_, file, raw, detail) => {
    const world = await withPython();
    const { files, warnings, problems } = await publishFiles({ [file]: buildWheel({ ...raw, fileName: file }) }, world);
    expect(problems).toEqual([]);
    expect(files).toMatchObject([{ key: `simple/demo/${file}`, status: 'stored' }]);
    expect(warnings).toMatchObject([{ code: 'publish.pip-only', detail: expect.stringMatching(detail) }]);
    expect(packagesIn(world.store)).toEqual([]);
  });
});

describe('a wheel that was staged', () => {
  it('is promoted with its package, byte for byte, whatever would be made of it now', async () => {
    const world = await withPython({ to: 'staging' });
    const staged = await publishFiles({ [fileName]: wheel }, world);
    expect(packagesIn(world.store, 'staging/conda/noarch/')).toHaveLength(1);
    const { allowlist } = publishWorld({
      allowlistText: { python: ['3.12'], packages: [{ pypi: 'demo', depends: ['pip'] }] },
    });
    const promoted = await promote({ name, version: '1.0' }, { ...world, allowlist, to: 'channel' });
    expect(promoted.problems).toEqual([]);
    expect(promoted.files.map(({ key: at, sha256: of }) => [at, of])).toEqual(
      staged.files.map(({ key: at, sha256: of }) => [at.replace('staging/', ''), of]),
    );
    const again = await promote({ name, version: '1.0' }, { ...world, allowlist, to: 'channel' });
    expect(again.files.map(({ status }) => status)).toEqual(['present', 'present']);
  });

  it('is promoted with its package where conda calls it otherwise', async () => {
    const allowlistText = { python: ['3.12'], reserved: ['demo', 'acme'], condaNames: { demo: 'acme-demo' } };
    const world = await withPython({ to: 'staging', allowlistText });
    const staged = await publishFiles({ [fileName]: wheel }, world);
    expect(staged.files.map((file) => file.name)).toEqual(['demo', 'acme-demo']);
    const promoted = await promote({ name, version: '1.0' }, { ...world, to: 'channel' });
    expect(promoted.files.map((file) => file.name)).toEqual(['demo', 'acme-demo']);
  });

  it('and is published to the channel itself then has the package that it became in staging', async () => {
    const world = await withPython({ to: 'staging' });
    await publishFiles({ [fileName]: wheel }, world);
    const [staged = ''] = packagesIn(world.store, 'staging/conda/noarch/');
    // As another version of zstd would have compressed it.
    const other = await recompressed(world, staged);
    const { files, problems } = await publishFiles({ [fileName]: wheel }, { ...world, to: 'channel' });
    expect(problems).toEqual([]);
    expect(files[1]).toMatchObject({ key: staged.replace('staging/', ''), sha256: other, status: 'stored' });
  });
});

/** Puts other bytes of the same package in its place, with its provenance and name. */
async function recompressed({ store }: PublishScene, at: string): Promise<string> {
  const staging = stagingStore(store);
  const own = at.replace('staging/', '');
  const { bytes } = [...store.objects].find(([one]) => one === at)?.[1] ?? { bytes: new Uint8Array() };
  const members = await openZip(bytesSource(bytes), () => {});
  const copied = await Promise.all(members.map((member) => measured(member.name, member.open)));
  const other = await joined(writeZip(copied, Date.UTC(2001, 1, 1)));
  const was = provenanceAt(store, `_gatehouse/staging/provenance/${own}/${sha256Of(bytes)}.json`);
  const digests = { sha256: sha256Of(other), size: other.length };
  await store.delete(key(`_gatehouse/staging/provenance/${own}/${sha256Of(bytes)}.json`));
  await staging.put(key(own), other);
  const provenance = Buffer.from(JSON.stringify(Object.assign({}, was, digests)));
  await staging.put(key(`_gatehouse/provenance/${own}/${digests.sha256}.json`), provenance);
  await store.put(
    key(`_gatehouse/names/${own}.json`),
    Buffer.from(JSON.stringify({ version: 1, sha256: digests.sha256 })),
  );
  return digests.sha256;
}
