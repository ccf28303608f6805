import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rattlerSolver } from '../../adapters/solver-rattler/solver-rattler.ts';
import { subdirSchema } from '../../core/names/subdir.ts';
import { indexSubdir } from '../../core/steps/index-subdir.ts';
import { plan } from '../../core/steps/plan.ts';
import { planWorld } from '../../local/world/open-world.ts';
import { type SoundLab, startSoundLab } from '../support/cli/sound-lab.ts';
import { small } from '../support/cli/start-lab.ts';
import { testGate } from '../support/gate/test-gate.ts';
import { folderDigests } from '../support/machine/folder-files.ts';

const solver = rattlerSolver();
afterAll(() => solver[Symbol.asyncDispose]());

const app = 'linux-64/app-1.0-0.conda';
const stranger = 'linux-64/stranger-1.0-0.conda';
const json = 'linux-64/repodata.json';

let scene: SoundLab;
beforeEach(async () => {
  scene = await startSoundLab(solver);
});
afterEach(() => scene.lab[Symbol.asyncDispose]());

/** Neither cut nor emptied: one byte of a string that UTF-8 does not have. */
async function spoil(file: string): Promise<void> {
  const bytes = await readFile(file);
  bytes[bytes.indexOf('"depends"') + 3] = 0xff;
  await writeFile(file, bytes);
}

describe('a provenance with a bad byte', () => {
  it('is named by verify with its key, and so is a cut one', async () => {
    const file = await scene.provenance(app);
    const key = file.slice(scene.lab.store.length + 1);
    await spoil(file);
    expect(await scene.damage()).toEqual([`verify.provenance ${key}`]);
    await writeFile(file, '{"version":1');
    expect(await scene.damage()).toEqual([`verify.provenance ${key}`]);
  });

  it('is a problem of its package for index and sync, until it is deleted', async () => {
    const file = await scene.provenance(app);
    await spoil(file);
    expect(await scene.index({ rebuild: true })).toEqual([`index.provenance ${app}`]);
    expect(Object.keys(await scene.lab.index())).toEqual(['lib-1.0-0.conda']);
    const { problems } = await indexSubdir(subdirSchema.parse('linux-64'), {
      ...scene.lab.world,
      gate: testGate(scene.lab.world.store),
      log: () => {},
    });
    expect(problems[0]?.detail).toContain(file.slice(scene.lab.store.length + 1));
    expect(problems[0]?.hint).toBe('put it back from a backup, or delete it, and run gatehouse index');
    expect(await scene.sync()).toEqual([`index.provenance ${app}`, 'proof.unsolvable app on linux-64']);
    expect(await scene.damage()).toEqual([`verify.provenance ${file.slice(scene.lab.store.length + 1)}`]);
    await rm(file);
    expect(await scene.index()).toEqual([]);
    expect(await scene.sync()).toEqual([]);
    expect(await scene.served()).toEqual(scene.sound);
    expect(await scene.damage()).toEqual([]);
  });

  it('is no end of a sync when no entry brought its package', async () => {
    await writeFile(scene.at(stranger), await readFile(join(scene.lab.upstreamFolder, stranger)));
    expect(await scene.index()).toEqual([]);
    await spoil(await scene.provenance(stranger));
    expect(await scene.index({ rebuild: true })).toEqual([`index.provenance ${stranger}`]);
    expect(await scene.sync()).toEqual([`index.provenance ${stranger}`]);
  });
});

describe('a control with a bad byte', () => {
  const control = () => join(scene.lab.store, '_gatehouse/control/conda/linux-64.json');
  const refusal = {
    code: 'json.invalid',
    message: expect.stringContaining('_gatehouse/control/conda/linux-64.json'),
    hint: expect.stringContaining('backup'),
  };
  beforeEach(() => spoil(control()));

  it('is named by verify, which goes on with the rest', async () => {
    await writeFile(scene.at(app), 'other bytes');
    await rm(scene.at('noarch/repodata.json'));
    expect(await scene.damage()).toEqual([
      `verify.bytes ${app}`,
      'verify.control _gatehouse/control/conda/linux-64.json',
      'verify.index-missing noarch/repodata.json',
    ]);
  });

  it('ends index of its subdir and of no other, and changes nothing there', async () => {
    await rm(scene.at('noarch'), { recursive: true });
    await expect(scene.index()).rejects.toMatchObject(refusal);
    expect(await scene.served()).toEqual(scene.sound);
  });

  it('ends sync before anything is changed', async () => {
    const before = await folderDigests(scene.lab.store);
    await expect(scene.sync()).rejects.toMatchObject(refusal);
    expect(await folderDigests(scene.lab.store)).toEqual(before);
  });
});

describe('an index that is lost', () => {
  const whatWas = [small('a 1.0'), small('b 1.0', ['a', 'x <2']), small('x 1.0'), small('x 2.0')];

  it.each([
    ['unreadable', () => writeFile(scene.at(json), '{')],
    ['gone', () => rm(scene.at(json))],
  ])('lets no change through unproved: %s', async (_how, lose) => {
    await scene.lab.publish(whatWas);
    expect(await scene.sync(['a', 'b'])).toEqual([]);
    await lose();
    await scene.lab.publish(whatWas, { 'a-1.0-0.conda': { depends: ['x >=2'] } });
    expect(await scene.sync(['a', 'b'])).toEqual([
      'entry.unsolvable b on linux-64',
      'held.change linux-64/a-1.0-0.conda',
    ]);
    expect((await scene.lab.index())['a-1.0-0.conda']?.depends).toEqual([]);
  });

  it('lets no second format of a stem through unproved', async () => {
    const old = small('a 1.0', [], { format: '.tar.bz2' });
    await scene.lab.publish([old, small('b 1.0', ['a', 'x <2']), small('x 1.0')]);
    expect(await scene.sync(['a', 'b'])).toEqual([]);
    await writeFile(scene.at(json), '{');
    await scene.lab.publish([small('a 1.0', ['x >=2']), small('x 2.0')]);
    expect(await scene.sync(['a', 'b'])).toEqual([
      'entry.unsolvable b on linux-64',
      'held.second-format linux-64/a-1.0-0.conda',
    ]);
    expect(Object.keys(await scene.lab.index())).toContain('a-1.0-0.tar.bz2');
    expect(Object.keys(await scene.lab.index())).not.toContain('a-1.0-0.conda');
  });

  it('writes nothing while it is planned for', async () => {
    await writeFile(scene.at(stranger), await readFile(join(scene.lab.upstreamFolder, stranger)));
    await writeFile(scene.at(json), '{');
    await plan(
      scene.lab.allowlist(['app']),
      planWorld({ ...scene.lab.world, solver }, () => {}),
    );
    expect(await folderDigests(join(scene.lab.store, '_gatehouse/provenance/conda', stranger))).toEqual({});
  });
});
