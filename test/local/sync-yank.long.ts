import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readControl } from '../../core/documents/control.ts';
import { subdirSchema } from '../../core/names/subdir.ts';
import { prune } from '../../core/steps/prune.ts';
import { yank } from '../../core/steps/take-back/yank.ts';
import { indexPlaces } from '../../local/pipeline/index-places.ts';
import { sync } from '../../local/pipeline/sync.ts';
import { buildPackage } from '../../local/sample/build-package.ts';
import { damage, day, lab, names, useLab } from '../support/cli/lab.ts';
import { parsePatchInstructions } from '../support/cli/patch-instructions.ts';
import { small } from '../support/cli/start-lab.ts';
import { testGate } from '../support/gate/test-gate.ts';
import { key } from '../support/store/objects.ts';

useLab();

const linux = subdirSchema.parse('linux-64');
const place = (name: string) => key(`conda/linux-64/${name}-0.conda`);

/** Two releases that somebody copied in, of which upstream has the same bytes. */
async function copiedIn() {
  const releases = [small('tool 1.0'), small('tool 2.0')];
  await lab.publish(releases);
  for (const one of releases) {
    const { bytes } = await buildPackage(one);
    await lab.world.store.put(place(`${one.name}-${one.version}`), bytes);
  }
}

const take = async (reason: string | null, packages: readonly unknown[] = ['tool']) => {
  const allowlist = lab.allowlist(packages);
  const report = await yank({ name: 'tool', version: '2.0', reason }, { ...lab.world, allowlist });
  await indexPlaces(report, allowlist, { ...lab.world, gate: testGate(lab.world.store), log: () => {} });
  return report;
};
const controlled = async () => (await readControl(lab.world.store, 'conda', linux)).control.packages;

test('no sync brings back what was yanked, though its entry would take it upstream; the second has nothing to say', async () => {
  await copiedIn();
  await lab.sync(lab.allowlist(['tool']));
  expect((await take('breaks')).problems).toEqual([]);
  for (const _ of [1, 2]) {
    const { problems, plan } = await lab.sync(lab.allowlist(['tool']));
    expect(problems).toEqual([]);
    expect([plan.add, plan.change, plan.drop, plan.decisions, plan.alterations]).toEqual([[], [], [], {}, {}]);
    expect(await names()).toEqual(['tool-1.0-0.conda']);
    expect((await controlled())['tool-2.0-0.conda']?.yank?.reason).toBe('breaks');
  }
  expect(await damage()).toEqual([]);
});

test('nor one whose bytes are gone', async () => {
  await copiedIn();
  await lab.sync(lab.allowlist(['tool']));
  await take('breaks');
  await lab.world.store.delete(place('tool-2.0'));
  expect((await lab.sync(lab.allowlist(['tool']))).plan.add).toEqual([]);
  expect(await names()).toEqual(['tool-1.0-0.conda']);
});

test('nor does a hotfix of our own, which waits until it is offered again', async () => {
  await copiedIn();
  await lab.sync(lab.allowlist(['tool 1.*']));
  await take('breaks', []);
  const text = JSON.stringify({
    patch_instructions_version: 1,
    'packages.conda': { 'tool-2.0-0.conda': { depends: ['nowhere'] } },
  });
  const patches = new Map([[linux, parsePatchInstructions(text, 'patches/linux-64.json')]]);
  const { plan } = await sync(lab.allowlist(['tool 1.*']), { ...lab.world, patches }, () => {}, { yes: true });
  expect([plan.hotfix, plan.alterations]).toEqual([[], {}]);
  expect(await names()).toEqual(['tool-1.0-0.conda']);
  await take(null, []);
  expect((await lab.index())['tool-2.0-0.conda']?.depends).toEqual(['nowhere']);
});

test('prune leaves it where it is, however long, and when no entry needs it', async () => {
  await copiedIn();
  await lab.sync(lab.allowlist(['tool']));
  await take('breaks');
  lab.now += 365 * day;
  await lab.sync(lab.allowlist([]));
  const { objects } = await prune({ ...lab.world, retain: 0, asked: new Set() }, { remove: true });
  expect(objects.filter(({ kind }) => kind === 'package')).toEqual([]);
  expect((await readFile(join(lab.store, place('tool-2.0')))).length).toBeGreaterThan(0);
  // Undone, it is offered again as it was.
  expect((await take(null, [])).changed).toEqual([place('tool-2.0')]);
  expect(await names()).toEqual(['tool-1.0-0.conda', 'tool-2.0-0.conda']);
});

test('an entry that has nothing else holds it back, and is named', async () => {
  await copiedIn();
  await lab.sync(lab.allowlist(['tool']));
  expect((await take('breaks', ['tool >=2'])).problems).toMatchObject([
    { code: 'held.yank', detail: 'nothing was changed, since this would break tool >=2 on linux-64' },
  ]);
  expect(await names()).toContain('tool-2.0-0.conda');
});
