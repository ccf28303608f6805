import { afterAll, describe, expect, it } from 'vitest';
import { rattlerSolver } from '../../../adapters/solver-rattler/solver-rattler.ts';
import { writeFileDecisions } from '../../../core/diff/write-file-decisions.ts';
import { writeOverrides } from '../../../core/diff/write-overrides.ts';
import { readControl } from '../../../core/documents/control.ts';
import type { Plan } from '../../../core/documents/plan.ts';
import { type Provenance, provenanceSchema } from '../../../core/documents/provenance.ts';
import type { FileProvenance } from '../../../core/documents/simple/file-provenance.ts';
import { readProjectControl } from '../../../core/documents/simple/project-control.ts';
import { canonicalJson, parseJson } from '../../../core/json/json.ts';
import { controlKey, indexKey, packageKey, projectControlKey } from '../../../core/layout/keys.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { packageFileNameSchema } from '../../../core/names/package-file-name.ts';
import { noarch, subdirSchema } from '../../../core/names/subdir.ts';
import { GatehouseError } from '../../../core/problems/error.ts';
import { indexSubdir } from '../../../core/steps/index-subdir.ts';
import { plan } from '../../../core/steps/plan.ts';
import { promote } from '../../../core/steps/promote.ts';
import { prune } from '../../../core/steps/prune.ts';
import { findRelease } from '../../../core/yank/find-release.ts';
import { buildPackage } from '../../../local/sample/build-package.ts';
import { testGate } from '../../support/gate/test-gate.ts';
import { channelsWith, evidenceOf, indexWith, ownAllowlist, planning } from '../../support/publish/own-world.ts';
import { publishFiles, publishWorld } from '../../support/publish/publish-scene.ts';
import { project, simpleScene } from '../../support/simple/simple-scene.ts';
import { type MemoryStoreOptions, memoryStore } from '../../twins/store-memory.ts';

const solver = rattlerSolver();
afterAll(() => solver[Symbol.asyncDispose]());

const wheelFile = 'acme_tool-1.0-py3-none-any.whl';
const packageFile = 'acme-lib-1.0-0.conda';
const channel = 'https://internal.test/c';
const python = { name: 'python', version: 3.12, needs: [] };
const packages = [{ spec: 'acme-lib' }, { pypi: 'acme-tool', dependencies: 'pypi' }, { spec: 'python' }];
const linux = subdirSchema.parse('linux-64');

interface Mirrored extends MemoryStoreOptions {
  /** Of the wheel. */
  readonly origin?: FileProvenance['origin'];
}

/** A store that mirrored a wheel and a conda package of a name which the allowlist reserves now. */
async function mirrored({ origin, ...options }: Mirrored = {}) {
  const store = memoryStore(options);
  const simple = simpleScene(store);
  const { bytes: wheel } = await simple.mirror(wheelFile, {}, origin && { origin });
  const clock = { now: () => 5, sleep: async () => {}, random: () => 0.5 };
  const world = { ...planning(store, solver), gate: testGate(store), clock };
  const { bytes } = await buildPackage({
    name: 'acme-lib',
    version: '1.0',
    build: '0',
    subdir: noarch,
    format: '.conda',
  });
  await store.put(packageKey('conda', noarch, packageFileNameSchema.parse(packageFile)), bytes);
  const index = async () => {
    for (const subdir of [noarch, linux]) await indexSubdir(subdir, world);
    await simple.index();
  };
  await index();
  const fetched: Provenance['origin'] = { type: 'upstream', channel, url: `${channel}/noarch/${packageFile}` };
  for (const [key, entry] of store.objects) {
    if (!key.startsWith(`_gatehouse/provenance/conda/noarch/${packageFile}/`)) continue;
    const entered = parseJson(Buffer.from(entry.bytes).toString(), provenanceSchema, key);
    await store.put(key, Buffer.from(canonicalJson({ ...entered, origin: fetched })));
  }
  const why = { [noarch]: { [packageFile]: { why: ['acme-lib'] } } };
  await writeOverrides(why, world);
  const reserving = (entries: readonly object[]) =>
    ownAllowlist({ channels: [channel], packages: entries, reserved: ['acme'], platforms: [linux], python: ['3.12'] });
  const upstream = {
    openSubdir: channelsWith({ [channel]: [python, { name: 'pip', version: 1, needs: [] }] }),
    pythonIndexes: indexWith([], () => {}),
    nameEvidence: evidenceOf({}),
  };
  const write = async ({ decisions, alterations, simple: forPip }: Plan) => {
    for (const each of [decisions, alterations]) await writeOverrides(each, world);
    for (const each of [forPip.decisions, forPip.alterations]) await writeFileDecisions(each, world);
  };
  const publish = (to: 'channel' | 'staging' = 'channel') =>
    publishFiles(
      { [wheelFile]: wheel, [packageFile]: bytes },
      publishWorld({ store, to, by: 'ci', clock: world.clock }),
    );
  return {
    store,
    world,
    index,
    write,
    publish,
    plan: (entries: readonly object[] = packages) => plan(reserving(entries), { ...world, ...upstream }),
    listed() {
      const bytes = store.objects.get(indexKey('conda', noarch, 'repodata.json'))?.bytes ?? Buffer.from('{}');
      const repodata: Record<string, object> = JSON.parse(Buffer.from(bytes).toString());
      const files = [wheelFile].filter((name) => simple.page('acme-tool', 'index.json')?.includes(name));
      return [...Object.keys(repodata['packages.conda'] ?? {}), ...files];
    },
  };
}

const both = [packageFile, wheelFile];
const ids = [`noarch/${packageFile}`, `simple/acme-tool/${wheelFile}`];
const dropped = ({ drop, simple }: Plan) => [...drop, ...simple.drop];
const solvedOwn = ({ artifacts, simple }: Plan) =>
  [...artifacts.filter((one) => one.channel === 'this store'), ...simple.files].map((one) =>
    'filename' in one ? one.filename : one.fileName,
  );

describe('what an organisation mirrored before it reserved the name', () => {
  it('leaves, unless the organisation publishes it', async () => {
    const scene = await mirrored();
    expect(scene.listed()).toEqual(both);
    expect(dropped(await scene.plan())).toEqual(ids);
  });

  it('is its own once it was published: planned with, and kept by every plan from then on', async () => {
    const scene = await mirrored();
    const { files, problems } = await scene.publish();
    expect([files.map(({ status }) => status), problems]).toEqual([['present', 'present'], []]);
    await scene.index();
    const planned = await scene.plan();
    expect(dropped(planned)).toEqual([]);
    expect(solvedOwn(planned)).toEqual(both);
    expect(planned.problems).toEqual([]);
    await scene.write(planned);
    await scene.index();
    const again = await scene.plan();
    expect([again.decisions, again.alterations, again.simple.decisions, dropped(again)]).toEqual([{}, {}, {}, []]);
    expect(scene.listed()).toEqual(both);
  });

  it('is its own too where the wheel was made of a source distribution', async () => {
    const url = 'https://pypi.test/acme_tool-1.0.tar.gz';
    const sdist = {
      index: 'https://pypi.test/simple',
      fileName: 'acme_tool-1.0.tar.gz',
      url,
      sha256: sha256Of(Buffer.from('x')),
    };
    const scene = await mirrored({ origin: { type: 'made', ...sdist, revision: 1 } });
    await scene.publish();
    await scene.index();
    const planned = await scene.plan();
    expect([planned.problems, dropped(planned), solvedOwn(planned)]).toEqual([[], [], both]);
  });

  it('is not its own in the channel by being staged', async () => {
    const scene = await mirrored();
    await scene.publish('staging');
    await scene.index();
    const planned = await scene.plan();
    expect(dropped(planned)).toEqual(ids);
    await scene.write(planned);
    await scene.index();
    expect(scene.listed()).toEqual([]);
    const world = publishWorld({ store: scene.store, clock: scene.world.clock });
    for (const name of ['acme-tool', 'acme-lib']) await promote({ name: project(name), version: '1.0' }, world);
    await scene.index();
    expect(scene.listed()).toEqual(both);
  });

  it('comes back when a plan withdrew it before it was published', async () => {
    const scene = await mirrored();
    await scene.write(await scene.plan());
    await scene.index();
    expect(scene.listed()).toEqual([]);
    await scene.publish();
    await scene.index();
    expect(scene.listed()).toEqual(both);
    expect(solvedOwn(await scene.plan())).toEqual(both);
  });

  it('stays when a plan is written that was made before it was published', async () => {
    const scene = await mirrored();
    const planned = await scene.plan();
    await scene.publish();
    await scene.write(planned);
    await scene.index();
    expect(scene.listed()).toEqual(both);
    expect(dropped(await scene.plan())).toEqual([]);
  });

  it('stays withdrawn where that came after, at its address: it is published once', async () => {
    const { store, world, ...scene } = await mirrored();
    await scene.publish();
    const withdrawn = { at: 6, reason: 'has a hole' };
    const [tool, lib] = [projectControlKey(project('acme-tool')), controlKey('conda', noarch)];
    const files = {
      [wheelFile]: { ...(await readProjectControl(store, project('acme-tool'))).control.files[wheelFile], withdrawn },
    };
    const own = {
      [packageFile]: { ...(await readControl(store, 'conda', noarch)).control.packages[packageFile], withdrawn },
    };
    await store.put(tool, Buffer.from(canonicalJson({ version: 1, files })));
    await store.put(lib, Buffer.from(canonicalJson({ version: 1, packages: own })));
    await scene.publish();
    await scene.write(await scene.plan());
    await scene.index();
    expect(scene.listed()).toEqual([]);
    const late = { ...world, retain: 0, asked: new Set<never>(), clock: { ...world.clock, now: () => 4e12 } };
    await prune(late, { remove: true });
    const lies = [`conda/noarch/${packageFile}`, `simple/acme-tool/${wheelFile}`];
    expect([...store.objects.keys()]).toEqual(expect.arrayContaining(lies));
  });

  it('stays when no entry needs it any more', async () => {
    const scene = await mirrored();
    await scene.publish();
    await scene.index();
    const planned = await scene.plan([{ spec: 'python' }]);
    expect([planned.complete, dropped(planned)]).toEqual([true, []]);
  });

  it('can be yanked then, and no sooner', async () => {
    const scene = await mirrored();
    const found = async (name: string) => {
      const {
        files,
        packages: own,
        upstream,
      } = await findRelease({ name, version: '1.0' }, { ...scene.world, condaNames: new Map() });
      return [files.length + own.length, upstream.length];
    };
    expect([await found('acme-tool'), await found('acme-lib')]).toEqual([
      [0, 1],
      [0, 1],
    ]);
    await scene.publish();
    expect([await found('acme-tool'), await found('acme-lib')]).toEqual([
      [1, 0],
      [1, 0],
    ]);
  });

  it('is said to be its own by nobody who may not write control', async () => {
    let isDenied = false;
    const scene = await mirrored({
      before: (operation, key) => {
        if (isDenied && operation === 'put' && key.startsWith('_gatehouse/control/'))
          throw new GatehouseError('store.denied', `PUT ${key}: AccessDenied`);
      },
    });
    isDenied = true;
    await expect(scene.publish()).rejects.toMatchObject({
      code: 'store.denied',
      message: expect.stringContaining(`${wheelFile} came from upstream before`),
      hint: expect.stringContaining('may write control'),
    });
    isDenied = false;
    await scene.publish();
    const { control } = await readControl(scene.store, 'conda', noarch);
    expect(control.packages[packageFile]).toEqual({ why: ['acme-lib'], published: { at: 5, by: 'ci' } });
    expect(scene.store.objects.has(controlKey('conda', noarch))).toBe(true);
  });
});
