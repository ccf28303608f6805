import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { courseIndex } from './course-index.ts';
import { pipUser } from './pip-client.ts';
import type { ClientRun } from './run-client.ts';

const succeeded = ({ status, said }: ClientRun) => expect(status, said).toBe(0);

/** A project of pdm's whose only source is an index. */
async function scene(...dependencies: readonly string[]) {
  const index = await courseIndex();
  const user = await pipUser();
  await user.write(
    'pyproject.toml',
    `[project]\nname = "term"\nversion = "0"\nrequires-python = ">=3.11"\ndependencies = ${JSON.stringify(dependencies)}\n
[tool.pdm]\ndistribution = false\n
[[tool.pdm.source]]\nname = "pypi"\nurl = "${index.url}"\n`,
  );
  const pdm = (...args: string[]) => user.run(['pdm', ...args]);
  const lock = () => readFile(join(user.home, 'pdm.lock'), 'utf8');
  return { index, pdm, lock };
}

test('locks a project with all it needs, by metadata, installs it and starts its command', async () => {
  const { index, pdm, lock } = await scene('campus-course');
  succeeded(await pdm('lock'));
  expect((await lock()).match(/file = .*hash = "sha256:[0-9a-f]{64}"/g)).toHaveLength(3);
  const asked = index.requests();
  expect(asked.filter((request) => request.endsWith('.metadata'))).toHaveLength(3);
  expect(asked.filter((request) => request.endsWith('.whl'))).toEqual([]);
  succeeded(await pdm('install', '--frozen-lockfile'));
  expect((await pdm('run', 'campus-course')).said).toContain('the course starts');
});

test('installs no bytes but those of its lock', async () => {
  const { index, pdm } = await scene('campus-plot');
  succeeded(await pdm('lock'));
  await index.swap('campus-plot', 'campus_plot-1.1-py3-none-any.whl');
  const { status, said } = await pdm('install');
  expect([status, said]).toEqual([1, expect.stringMatching(/hash/i)]);
});

test('finds a local version and a project by any spelling of its name', async () => {
  const { pdm, lock } = await scene('campus-gpu==1.0+cu118', 'Repoze_LRU', 'campus-plot==1.2');
  succeeded(await pdm('lock'));
  expect(await lock()).toMatch(/campus_gpu-1\.0\+cu118-py3[\s\S]*campus_plot-1\.2[\s\S]*repoze\.lru-0\.7/);
  succeeded(await pdm('install'));
});

test('goes by what the page requires of Python', async () => {
  const { pdm } = await scene('networkx==1.10');
  const { status, said } = await pdm('lock');
  expect([status, said]).toEqual([1, expect.stringContaining('networkx')]);
});

test('says of a project that is not there that it found none, and looks nowhere else', async () => {
  const { index, pdm } = await scene('campus-arcade');
  const { status, said } = await pdm('lock');
  expect([status, said]).toEqual([1, expect.stringContaining('campus-arcade')]);
  expect(new Set(index.requests())).toEqual(new Set(['GET 404 /simple/campus-arcade/']));
});
