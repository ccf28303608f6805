import { describe, expect, it } from 'vitest';
import { readRecall } from '../../../core/documents/gate/recalled.ts';
import { readVerdict } from '../../../core/documents/gate/verdict.ts';
import { readProjectControl } from '../../../core/documents/simple/project-control.ts';
import { recalledKey } from '../../../core/layout/gate-keys.ts';
import { projectNameSchema } from '../../../core/names/project-name.ts';
import { recall } from '../../../core/steps/take-back/recall.ts';
import { malicious, sweepScene } from '../../support/recall/sweep-scene.ts';

const wheel = 'demo-1.0-py3-none-any.whl';
const other = 'other-1.0-0.conda';

/** A channel with demo 1.0 as a wheel, the package made of it under another name, and another package; and who recalls. */
async function served() {
  const scene = await sweepScene();
  const { provenance } = await scene.release(wheel, [], 'demo-of-pypi');
  await scene.conda(other, [], { type: 'upstream', channel: 'https://x.test/c', url: 'https://x.test/c/o' });
  await scene.index();
  await scene.forgetGate();
  await scene.sweep();
  const recalling = async (name: string, version: string, reason: string | null) => {
    const world = { ...scene.worldOf(), condaNames: new Map() };
    const report = await recall({ name, version, reason, at: scene.clock.now() }, world);
    await scene.index();
    return report;
  };
  return { ...scene, sha256: provenance.sha256, recall: recalling };
}

describe('a recall by hand', () => {
  it('takes the files for pip of a release and the packages made of them, and says why', async () => {
    const scene = await served();
    const { files, problems } = await scene.recall('Demo', '1.0.0', 'leaks its key');
    expect(files.map(({ id }) => id)).toEqual(['noarch/demo-of-pypi-1.0-pypi_0.conda', `simple/demo/${wheel}`]);
    expect(problems).toEqual([]);
    expect(scene.listed()).toEqual([other]);
    expect(scene.keys('simple/demo/')).toEqual(['simple/demo/index.html', 'simple/demo/index.json']);
    expect((await readRecall(scene.store, scene.sha256))?.value).toMatchObject({
      reason: 'leaks its key',
      check: null,
    });
    const verdict = (await readVerdict(scene.store, `simple/demo/${wheel}`, scene.sha256))?.value;
    expect(verdict).toMatchObject({ verdict: 'reject' });
    expect(verdict?.checks.find(({ id }) => id === 'R1')?.firings).toMatchObject([{ code: 'R1.recalled' }]);
    expect(await scene.damage()).toEqual([]);
  });

  it('takes what came from upstream, and leaves other versions alone', async () => {
    const scene = await served();
    await scene.conda('other-2.0-0.conda', [], { type: 'copied' });
    await scene.index();
    const { files } = await scene.recall('other', '1.0', 'broken');
    expect(files).toEqual([{ id: `noarch/${other}`, changed: true }]);
    expect(scene.listed()).toContain('other-2.0-0.conda');
  });

  it('finds nothing of what is not there', async () => {
    const scene = await served();
    expect((await scene.recall('demo', '7.0', 'broken')).files).toEqual([]);
  });

  it.each([
    ['are gone', null],
    ['are damaged', Buffer.from('other bytes')],
  ])('ends also where the bytes that were kept %s: a sync may bring them', async (_, kept) => {
    const scene = await served();
    await scene.recall('demo', '1.0', 'leaks its key');
    const key = recalledKey(scene.sha256);
    if (kept === null) await scene.store.delete(key);
    else await scene.store.put(key, kept);
    const { problems } = await scene.recall('demo', '1.0', null);
    expect(problems).toMatchObject([{ code: 'recall.lost', subject: `simple/demo/${wheel}` }]);
    const project = projectNameSchema.parse('demo');
    const { control } = await readProjectControl(scene.store, project);
    expect(Object.values(control.files).map(({ recalled }) => recalled)).toEqual([]);
    expect(scene.keys(`_gatehouse/verdicts/simple/demo/${wheel}/`)).toHaveLength(1);
  });

  it('says the same when it is asked again, and changes nothing', async () => {
    const scene = await served();
    await scene.recall('demo', '1.0', 'broken');
    const before = scene.text(`_gatehouse/recalled/${scene.sha256}.json`);
    scene.laterBy(1);
    const { files } = await scene.recall('demo', '1.0', 'broken');
    expect(files.map(({ changed }) => changed)).toEqual([false, false]);
    expect(scene.text(`_gatehouse/recalled/${scene.sha256}.json`)).toBe(before);
  });

  it('stays through sweeps, whatever the gate would say, until a person ends it', async () => {
    const scene = await served();
    await scene.recall('demo', '1.0', 'broken');
    expect(await scene.sweep()).toMatchObject({ released: [], recalled: [] });
    expect(scene.listed()).toEqual([other]);
    const { files, problems } = await scene.recall('demo', '1.0', null);
    expect(files.map(({ changed }) => changed)).toEqual([true, true]);
    expect(problems).toEqual([]);
    expect(scene.listed()).toEqual(['demo-of-pypi-1.0-pypi_0.conda', other]);
    expect(scene.keys('simple/demo/')).toContain(`simple/demo/${wheel}.metadata`);
    expect(await scene.damage()).toEqual([]);
  });

  it('brings nothing back that the gate rejects by now', async () => {
    const scene = await served();
    await scene.recall('demo', '1.0', 'broken');
    scene.advise('demo', malicious(['1.0']));
    const { files, problems } = await scene.recall('demo', '1.0', null);
    expect(files.map(({ changed }) => changed)).toEqual([false, false]);
    expect(problems.map(({ code }) => code)).toEqual(['gate.rejected', 'gate.rejected']);
    expect(scene.listed()).toEqual([other]);
    scene.advise('demo');
    expect((await scene.sweep()).released).toHaveLength(2);
  });

  it('goes before a sweep, whose recall would end by itself, and cannot be ended for it', async () => {
    const scene = await served();
    scene.advise('demo', malicious(['1.0']));
    await scene.sweep();
    await expect(scene.recall('demo', '1.0', null)).rejects.toMatchObject({ code: 'recall.by-sweep' });
    await scene.recall('demo', '1.0', 'we saw it act');
    scene.advise('demo');
    expect((await scene.sweep()).released).toEqual([]);
    await scene.recall('demo', '1.0', null);
    expect(scene.listed()).toEqual(['demo-of-pypi-1.0-pypi_0.conda', other]);
  });
});
