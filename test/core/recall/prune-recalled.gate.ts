import { expect, it } from 'vitest';
import { heldKey, recalledKey } from '../../../core/layout/gate-keys.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { packageFileNameSchema } from '../../../core/names/package-file-name.ts';
import { noarch } from '../../../core/names/subdir.ts';
import { markRecalled } from '../../../core/recall/mark-recalled.ts';
import { prune } from '../../../core/steps/prune.ts';
import { malicious, sweepScene } from '../../support/recall/sweep-scene.ts';
import { key } from '../../support/store/objects.ts';

const dayMs = 24 * 60 * 60 * 1000;
const wheel = 'demo-1.0-py3-none-any.whl';

async function recalled() {
  const scene = await sweepScene();
  const { provenance } = await scene.release(wheel);
  await scene.index();
  scene.advise('demo', malicious(['1.0']));
  await scene.sweep();
  const pruned = () => prune({ ...scene.worldOf(), retain: 90 * dayMs, asked: new Set() }, { remove: true });
  return { ...scene, sha256: provenance.sha256, pruned };
}

it('deletes held bytes that nothing let in for 90 days, and never what was recalled, nor what tells of it', async () => {
  const scene = await recalled();
  const held = heldKey(sha256Of('held'));
  await scene.store.put(held, Buffer.from('held'));
  const before = scene.keys('');
  scene.setClock(Date.now());
  expect((await scene.pruned()).objects).toEqual([]);
  scene.setClock(Date.now() + 91 * dayMs);
  expect((await scene.pruned()).objects.map((one) => one.key)).toEqual([held]);
  scene.setClock(Date.now() + 9999 * dayMs);
  expect((await scene.pruned()).objects).toEqual([]);
  expect(scene.keys('')).toEqual(before.filter((at) => at !== held));
  expect(scene.store.objects.has(recalledKey(scene.sha256))).toBe(true);
});

it('leaves bytes alone that a recall has not kept yet, though control withdrew them long ago', async () => {
  const scene = await sweepScene();
  await scene.conda('other-1.0-0.conda', [], {
    type: 'upstream',
    channel: 'https://x.test/c',
    url: 'https://x.test/o',
  });
  const filename = packageFileNameSchema.parse('other-1.0-0.conda');
  const place = { kind: 'package', id: `noarch/${filename}`, channel: 'conda', subdir: noarch, filename } as const;
  const withdrawn = { at: 1, reason: 'nobody needs it' };
  const control = { version: 1, packages: { [filename]: { withdrawn } } };
  await scene.store.put(key('_gatehouse/control/conda/noarch.json'), Buffer.from(JSON.stringify(control)));
  await scene.index();
  const dueAt = Date.now() + 200 * dayMs;
  const found = async () => {
    const { objects } = await prune({ ...scene.worldOf(), retain: 90 * dayMs, asked: new Set() }, { remove: false });
    return objects.map((one) => one.key).filter((at) => at.startsWith('conda/'));
  };
  scene.setClock(dueAt);
  expect(await found()).toEqual([`conda/noarch/${filename}`]);
  await markRecalled(place, { at: 2, reason: 'bad' }, scene.worldOf());
  await scene.index();
  expect(await found()).toEqual([]);
});
