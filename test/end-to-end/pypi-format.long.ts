import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readPackage } from '../local/sample/read-back.ts';
import { damage, day, lab, useLab } from '../support/cli/lab.ts';
import { small } from '../support/cli/start-lab.ts';
import { buildSdist } from '../support/python/build-sdist.ts';
import { buildWheel } from '../support/python/build-wheel.ts';
import { serveProjects } from '../support/python/serve-projects.ts';

useLab();

const helper = 'helper-1.5-py3-none-any.whl';
const projects = {
  demo: [
    { fileName: 'demo-1.0.tar.gz', bytes: buildSdist({ files: { 'demo.egg-info/requires.txt': 'helper>=1\n' } }) },
  ],
  helper: [{ fileName: helper, bytes: buildWheel({ fileName: helper, files: { 'helper.py': 'x = 1\n' } }) }],
};
const entry = { pypi: 'demo ==1.0', sdist: 'unpack', dependencies: 'pypi' };

const allowlist = (more: object = {}) =>
  lab.allowlist([entry, 'tool'], { indexes: [`${lab.upstream.url}/simple`], python: ['3.12'], ...more });
const old = { packageFormat: '.tar.bz2' };

/** The names of what was made, by the end of their file names. */
async function made(): Promise<string[]> {
  const names = Object.keys(await lab.index('noarch')).filter((name) => name.includes('-pypi_'));
  return names.map((name) => name.replace(/pypi_[0-9a-f]{8}/, 'pypi')).sort();
}
const condas = ['demo-1.0-pypi.conda', 'helper-1.5-pypi.conda'];
const bz2s = ['demo-1.0-pypi.tar.bz2', 'helper-1.5-pypi.tar.bz2'];

async function start() {
  await lab.publish([small('python 3.12.1'), small('pip 24.0', ['python']), small('tool 1.0', ['python'])]);
  lab.intercept = serveProjects(projects);
}

it('makes .tar.bz2 of a wheel and of an sdist, indexed, proved and verified; channels keep their formats', async () => {
  await start();
  const { plan, problems } = await lab.sync(allowlist(old));
  expect(problems).toEqual([]);
  expect(plan.second).toEqual([]);
  expect(await made()).toEqual(bz2s);
  expect(Object.keys(await lab.index())).toContain('tool-1.0-0.conda');
  expect(await damage()).toEqual([]);
  const name = Object.keys(await lab.index('noarch')).find((one) => one.startsWith('helper-')) ?? '';
  const members = readPackage(name, await readFile(join(lab.store, 'conda/noarch', name)));
  expect(members['site-packages/helper.py']).toBe('x = 1\n');
  expect(Object.keys(members)[0]).toMatch(/^info\//);
  const again = await lab.sync(allowlist(old));
  expect([again.problems, again.plan.add, again.plan.change, again.plan.drop]).toEqual([[], [], [], []]);
});

it.each([
  [{}, condas, old, bz2s],
  [old, bz2s, {}, condas],
] as const)(
  'from %j the other format comes beside the first, which leaves after its time',
  async (first, before, then, after) => {
    await start();
    expect((await lab.sync(allowlist(first))).problems).toEqual([]);
    expect(await made()).toEqual(before);
    const { plan, problems } = await lab.sync(allowlist(then));
    expect(problems).toEqual([]);
    expect(plan.add).toHaveLength(2);
    expect(plan.second).toEqual(plan.add);
    expect(await made()).toEqual([...before, ...after].sort());
    expect(await damage()).toEqual([]);
    lab.now += 91 * day;
    const later = await lab.sync(allowlist(then));
    expect([later.problems, later.plan.add]).toEqual([[], []]);
    expect(later.plan.drop).toHaveLength(2);
    expect(await made()).toEqual(after);
    expect(later.proof.lost).toEqual([]);
    expect(await damage()).toEqual([]);
  },
);
