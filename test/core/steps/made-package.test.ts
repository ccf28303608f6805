import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { httpFetch } from '../../../adapters/http-fetch.ts';
import { readChannelState } from '../../../core/diff/channel-state.ts';
import { draftNeeded } from '../../../core/diff/needed.ts';
import { cameFromUpstream } from '../../../core/documents/provenance.ts';
import { readIndex } from '../../../core/index/read-index.ts';
import { canonicalJson } from '../../../core/json/json.ts';
import { controlKey, packageKey } from '../../../core/layout/keys.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { projectNameSchema } from '../../../core/names/project-name.ts';
import { noarch } from '../../../core/names/subdir.ts';
import { fetchWheelMetadata } from '../../../core/python-index/fetch-wheel-metadata.ts';
import { openProject } from '../../../core/python-index/open-project.ts';
import { fetchArtifact } from '../../../core/steps/fetch.ts';
import { day, pruneScene, withdrawn } from '../../support/index/prune-scene.ts';
import { temporaryFolder } from '../../support/machine/temporary-folder.ts';
import { buildWheel } from '../../support/python/build-wheel.ts';
import { madeArtifact } from '../../support/python/made-artifact.ts';
import { fetchScene } from '../../support/upstream/fetch-scene.ts';
import { upstreamWorld } from '../../support/upstream/upstream-world.ts';

const wheel = buildWheel({ metadata: 'License: BSD\n' });
const name = 'demo-1.0-py3-none-any.whl';

/** An index in a folder, as a static site has it. */
async function indexFolder(folder: string): Promise<string> {
  await mkdir(join(folder, 'simple/demo'), { recursive: true });
  await mkdir(join(folder, 'files'));
  await writeFile(join(folder, 'files', name), wheel);
  const link = `<a href="../../files/${name}#sha256=${sha256Of(wheel)}">${name}</a>`;
  await writeFile(join(folder, 'simple/demo/index.html'), `<!DOCTYPE html><base href="">${link}`);
  return pathToFileURL(join(folder, 'simple')).href;
}

/** A store that fetched the package made of the wheel, from a folder's index, and indexed it. */
async function madeScene() {
  await using folder = await temporaryFolder();
  const index = await indexFolder(folder.path);
  const world = upstreamWorld(httpFetch());
  const [file] = (await openProject(index, projectNameSchema.parse('demo'), world)) ?? [];
  if (file === undefined) throw new Error('no file');
  const metadata = await fetchWheelMetadata(file, world);
  const artifact = madeArtifact(wheel, { url: file.url, index, version: metadata.version.text });
  const scene = pruneScene();
  const outcome = await fetchArtifact(artifact, { ...fetchScene('').world, store: scene.store });
  expect(outcome).toEqual({ status: 'stored' });
  expect(await scene.index()).toEqual([]);
  const { subdir, filename } = artifact;
  const bytes = scene.store.objects.get(packageKey('conda', subdir, filename))?.bytes ?? new Uint8Array();
  return { scene, artifact, bytes, place: { channel: 'conda', subdir, filename } as const };
}

describe('a package that was made', () => {
  it('is indexed by its provenance, and sound', async () => {
    const { scene, artifact, bytes } = await madeScene();
    const served = await readIndex(scene.store, 'conda', noarch);
    expect(served?.get(artifact.filename)).toMatchObject({
      ...artifact.record,
      sha256: sha256Of(bytes),
      size: bytes.length,
    });
    expect(await scene.damage()).toEqual([]);
  });

  it('is compared with the plan by what it was made of', async () => {
    const { scene, artifact } = await madeScene();
    const state = await readChannelState(scene.store, 'conda', []);
    const here = state.get(noarch) ?? expect.fail('no noarch');
    const claims = () => ({ covers: () => true, solved: () => true });
    const facts = { channel: 'conda', patches: new Map(), complete: true, now: scene.now, retain: 90 * day } as const;
    const asked = { claims, reserved: [], upstreamNow: async () => null };
    const world = { ...facts, store: scene.store, state, ...asked };
    const nothing = { add: false, appears: null, change: null, problem: null };
    expect(await draftNeeded(artifact, here, world)).toMatchObject(nothing);
    const other = madeArtifact(Buffer.from('another wheel'), { url: artifact.url });
    expect(await draftNeeded(other, here, world)).toMatchObject({ ...nothing, problem: { code: 'fetch.mutated' } });
  });

  it('comes back by a sync where its bytes are damaged', async () => {
    const { scene, place, bytes } = await madeScene();
    await scene.store.put(packageKey('conda', place.subdir, place.filename), bytes.with(40, 0));
    expect(await scene.damage()).toMatchObject([
      { code: 'verify.bytes', hint: expect.stringContaining('gatehouse sync') },
    ]);
  });

  it('leaves with its entry, and its bytes go when their time is over', async () => {
    const { scene, place } = await madeScene();
    expect(await cameFromUpstream(scene.store, place)).toBe(true);
    const control = { version: 1, packages: { [place.filename]: withdrawn(scene.now) } };
    await scene.store.put(controlKey('conda', noarch), Buffer.from(canonicalJson(control)));
    await scene.index();
    scene.now += 91 * day;
    const pruned = await scene.prune();
    expect(pruned.objects.map(({ kind, key }) => [kind, key])).toContainEqual([
      'package',
      packageKey('conda', noarch, place.filename),
    ]);
  });
});
