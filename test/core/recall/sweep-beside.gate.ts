import { describe, expect, it } from 'vitest';
import { writeFileDecisions } from '../../../core/diff/write-file-decisions.ts';
import { writeOverrides } from '../../../core/diff/write-overrides.ts';
import { recalledKey } from '../../../core/layout/gate-keys.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { noarch } from '../../../core/names/subdir.ts';
import { sweep } from '../../../core/steps/sweep.ts';
import { stagingStore } from '../../../core/store/staging-store.ts';
import { seededRandom } from '../../support/random.ts';
import { malicious, sweepScene } from '../../support/recall/sweep-scene.ts';
import { publishNoted } from '../../support/simple/simple-scene.ts';
import { key } from '../../support/store/objects.ts';

const wheel = 'demo-1.0-py3-none-any.whl';
const made = 'demo-1.0-pypi_0.conda';

/** A store whose operations come in an order that a seed decides, once it is told. */
async function shaken(seed: number) {
  const random = seededRandom(seed);
  let isOn = false;
  const scene = await sweepScene({
    async before() {
      if (!isOn) return;
      for (let turns = Math.floor(random() * 4); turns > 0; turns--) await Promise.resolve();
      if (random() < 0.1) await new Promise((resolve) => setImmediate(resolve));
    },
  });
  const { bytes, provenance } = await scene.release(wheel);
  await scene.index();
  await scene.forgetGate();
  await scene.sweep();
  const packageBytes = scene.store.objects.get(key(`conda/noarch/${made}`))?.bytes ?? Buffer.alloc(0);
  scene.advise('demo', malicious(['1.0']));
  isOn = true;
  return { ...scene, bytes, packageBytes, sha256: provenance.sha256 };
}

const seeds = Array.from({ length: 12 }, (_, seed) => seed);

/** That nobody gets the release, and that all of it is kept. */
async function expectGone({ store, sha256, packageBytes, keys, ...scene }: Awaited<ReturnType<typeof shaken>>) {
  await scene.index();
  expect(keys('simple/demo/').filter((at) => !at.includes('index.'))).toEqual([]);
  expect(keys('conda/noarch/').filter((at) => at.endsWith('.conda'))).toEqual([]);
  expect(store.objects.has(recalledKey(sha256)) && store.objects.has(recalledKey(sha256Of(packageBytes)))).toBe(true);
  expect(scene.listed()).toEqual([]);
}

describe('a sweep that recalls', () => {
  it.each(seeds)('beside another (%i)', async (seed) => {
    const scene = await shaken(seed);
    const [one, other] = await Promise.all([sweep(scene.worldOf()), sweep(scene.worldOf())]);
    expect(one.recalled.length + other.recalled.length).toBeGreaterThanOrEqual(2);
    await expectGone(scene);
  });

  it.each(seeds)('beside a sync that writes what it planned before, and indexers (%i)', async (seed) => {
    const scene = await shaken(seed);
    const planned = { why: ['demo'] };
    await Promise.all([
      sweep(scene.worldOf()),
      writeOverrides({ [noarch]: { [made]: planned } }, scene.world),
      writeFileDecisions({ demo: { [wheel]: planned } }, scene.world),
      scene.index(),
      scene.index(),
    ]);
    await expectGone(scene);
    await writeOverrides({ [noarch]: { [made]: planned } }, scene.world);
    await writeFileDecisions({ demo: { [wheel]: planned } }, scene.world);
    for (const at of ['conda/noarch', 'simple/demo']) {
      expect(scene.text(`_gatehouse/control/${at}.json`)).toContain('"recalled":{"at":');
    }
  });

  it.each(seeds)('beside one that publishes the same bytes late: the next sweep takes them (%i)', async (seed) => {
    const scene = await shaken(seed);
    const late = async () => {
      await publishNoted(scene.store, key(`simple/demo/${wheel}`), scene.bytes);
      await publishNoted(scene.store, key(`conda/noarch/${made}`), scene.packageBytes);
    };
    await Promise.all([sweep(scene.worldOf()), late()]);
    await late();
    await scene.index();
    expect(scene.listed()).toEqual([]);
    await sweep(scene.worldOf());
    await expectGone(scene);
  });
});

it('recalls what staging has of the same bytes too, and its notice is there', async () => {
  const scene = await sweepScene();
  const { bytes, provenance } = await scene.release(wheel);
  await scene.index();
  await scene.forgetGate();
  const staging = stagingStore(scene.store);
  for (const [at, entry] of [...scene.store.objects]) {
    if (/^(?:simple\/demo\/demo|conda\/noarch\/demo|_gatehouse\/provenance)/.test(at))
      await staging.put(at, entry.bytes);
  }
  scene.advise('demo', malicious(['1.0']));
  await scene.sweep();
  expect(scene.keys('staging/simple/demo/')).toContain(`staging/simple/demo/${wheel}`);
  // Advice that says nothing: the recall of the channel is enough.
  scene.advise('demo');
  const report = await sweep(scene.worldOf({}, undefined, staging));
  expect(report.recalled.map(({ id }) => id).sort()).toEqual([`noarch/${made}`, `simple/demo/${wheel}`]);
  expect(scene.keys('staging/').filter((at) => /\.(?:whl|conda|metadata)$/.test(at))).toEqual([]);
  expect(scene.keys('staging/conda/')).toContain('staging/conda/notices.json');
  expect(scene.store.objects.get(recalledKey(provenance.sha256))?.bytes).toEqual(bytes);
});
