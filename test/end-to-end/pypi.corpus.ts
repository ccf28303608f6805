import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { damage, lab, useLab } from '../support/cli/lab.ts';
import { holdShippedAllowlist } from '../support/cli/shipped-allowlist.ts';
import { small } from '../support/cli/start-lab.ts';
import { corpus } from '../support/packages/corpus.ts';
import { serveProjects } from '../support/python/serve-projects.ts';

useLab();

const real = (path: string) => {
  const fileName = path.slice(path.lastIndexOf('/') + 1);
  return { fileName, bytes: readFileSync(join(corpus, 'pypi-2026', path)) };
};

it('networkx 1.10 comes of its sdist and decorator of its wheel, and the next sync has nothing to do', async () => {
  const pythons = ['3.8.18', '3.12.1'].map((version) => small(`python ${version}`));
  const decorator = small('decorator 4.4.2', ['python'], { subdir: 'noarch' });
  await lab.publish([...pythons, small('pip 24.0', ['python']), decorator], {
    'decorator-4.4.2-0.conda': { purls: ['pkg:pypi/decorator@4.4.2'] },
  });
  lab.intercept = serveProjects({
    networkx: [real('sdists/networkx-1.10.zip')],
    decorator: [real('wheels/decorator-4.4.2-py2.py3-none-any.whl')],
  });
  const entries = [{ pypi: 'networkx ==1.10', sdist: 'unpack', depends: ['python <3.9'] }, { pypi: 'decorator' }];
  const more = { indexes: [`${lab.upstream.url}/simple`], python: ['3.8', '3.12'] };
  const { plan, problems, proof } = await lab.sync(lab.allowlist(entries, more));
  expect(problems).toEqual([]);
  expect(plan.warnings).toContainEqual(
    expect.objectContaining({ code: 'sdist.left-out', subject: 'networkx-1.10.zip' }),
  );
  expect(plan.entries.map(({ entry, python, status }) => `${entry}, ${python}: ${status}`)).toEqual([
    'pypi:networkx ==1.10, 3.8: solved',
    'pypi:networkx ==1.10, 3.12: unsolvable',
    'pypi:decorator, 3.8: solved',
    'pypi:decorator, 3.12: solved',
  ]);
  const wheels = {
    decorator: 'simple/decorator/decorator-4.4.2-py2.py3-none-any.whl',
    networkx: 'simple/networkx/networkx-1.10-0gatehouse1-cp36.cp37.cp38-none-any.whl',
  };
  expect(plan.simple.add).toEqual([wheels.decorator, wheels.networkx]);
  expect(
    plan.simple.entries.map(({ entry, python, status, files }) => [`${entry}, ${python}: ${status}`, files]),
  ).toEqual([
    ['pypi:networkx ==1.10, 3.8: solved', [wheels.decorator, wheels.networkx]],
    ['pypi:networkx ==1.10, 3.12: unsolvable', []],
    ['pypi:decorator, 3.8: solved', [wheels.decorator]],
    ['pypi:decorator, 3.12: solved', [wheels.decorator]],
  ]);
  expect(proof.proof.pip.map(({ entry, pythons }) => [entry, pythons])).toEqual([
    ['pypi:networkx ==1.10', ['3.8']],
    ['pypi:decorator', ['3.8', '3.12']],
  ]);
  const records = Object.entries(await lab.index('noarch')).filter(([name]) => name.includes('-pypi_'));
  expect(records.map(([name, { depends }]) => [name.replace(/_.*/, ''), depends])).toEqual([
    ['decorator-4.4.2-pypi', ['python >=2.6,<3a0|>=3.2a0']],
    ['networkx-1.10-pypi', ['decorator >=3.4.0', 'python <3.9']],
  ]);
  expect(await damage()).toEqual([]);
  const again = await lab.sync(lab.allowlist(entries, more));
  expect([again.problems, again.plan.add, again.plan.change, again.plan.drop]).toEqual([[], [], [], []]);
});

it('the shipped allowlist is planned, brought in and proved with the real networkx 1.10', () =>
  holdShippedAllowlist(real('sdists/networkx-1.10.zip')));
