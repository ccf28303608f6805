import { expect, test } from 'vitest';
import { damage, lab, useLab } from '../support/cli/lab.ts';
import { small } from '../support/cli/start-lab.ts';
import { ownPackage, publishHere } from '../support/publish/publish-here.ts';
import { buildWheel } from '../support/python/build-wheel.ts';
import { type ServedFile, serveProjects } from '../support/python/serve-projects.ts';

useLab();

const noarch = { subdir: 'noarch' } as const;
const fileName = 'acme_tool-1.0-py3-none-any.whl';
const tool: ServedFile = { fileName, bytes: buildWheel({ fileName }) };
const lib = small('acme-lib 1.0', ['python'], noarch);
const entries = ['acme-lib', { pypi: 'acme-tool' }];

/** A store that mirrored a tool of the organisation's own, from its own index and channel, and reserves its name since. */
async function mirrored() {
  await lab.publish([small('python 3.12.1', [], noarch), small('pip 24.0', ['python'], noarch), lib]);
  lab.intercept = serveProjects({ 'acme-tool': [tool] });
  const indexes = { indexes: [`${lab.upstream.url}/simple`], python: ['3.12'] };
  const before = await lab.sync(lab.allowlist(entries, indexes));
  expect(before.problems).toEqual([]);
  return lab.allowlist(entries, { ...indexes, reserved: ['acme'] });
}

test.each([
  ['before', false],
  ['after', true],
])('what was mirrored and then published %s a sync withdrew it is what entries get from then on', async (_, isLate) => {
  const allowlist = await mirrored();
  const served = Object.keys(await lab.index('noarch')).filter((name) => name.startsWith('acme'));
  expect(served).toHaveLength(2);
  if (isLate) expect((await lab.sync(allowlist)).problems).not.toEqual([]);
  await publishHere([tool, await ownPackage('acme-lib 1.0', ['python'])], allowlist);
  const { plan, problems } = await lab.sync(allowlist);
  expect([problems, plan.drop, plan.simple.drop]).toEqual([[], [], []]);
  const taken = plan.artifacts.filter(({ channel }) => channel === 'this store').map(({ filename }) => filename);
  expect([taken, plan.simple.files.map((file) => file.index)]).toEqual([served, ['this store']]);
  expect(Object.keys(await lab.index('noarch')).filter((name) => name.startsWith('acme'))).toEqual(served);
  const again = await lab.sync(allowlist);
  expect([again.plan.decisions, again.plan.alterations, again.plan.simple.decisions]).toEqual([{}, {}, {}]);
  expect(await damage()).toEqual([]);
});
