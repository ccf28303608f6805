import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { courseIndex } from './course-index.ts';
import { pipUser } from './pip-client.ts';
import type { ClientRun } from './run-client.ts';

const succeeded = ({ status, said }: ClientRun) => expect(status, said).toBe(0);

/** A project of poetry's whose only source is an index. */
async function scene() {
  const index = await courseIndex();
  const user = await pipUser();
  await user.write(
    'pyproject.toml',
    `[project]\nname = "term"\nversion = "0"\nrequires-python = ">=3.11"\n
[tool.poetry]\npackage-mode = false\n
[[tool.poetry.source]]\nname = "course"\nurl = "${index.url}"\npriority = "primary"\n`,
  );
  const poetry = (...args: string[]) => user.run(['poetry', '--no-interaction', ...args]);
  const lock = () => readFile(join(user.home, 'poetry.lock'), 'utf8');
  return { index, user, poetry, lock };
}

test('adds a project with all it needs, by metadata, and starts its command', async () => {
  const { index, poetry, lock } = await scene();
  succeeded(await poetry('add', 'campus-course'));
  expect((await lock()).match(/hash = "sha256:[0-9a-f]{64}"/g)).toHaveLength(3);
  const asked = index.requests();
  expect(asked.every((request) => request.startsWith('GET 200 /simple/'))).toBe(true);
  expect(asked.filter((request) => request.endsWith('.metadata'))).toHaveLength(3);
  expect((await poetry('run', 'campus-course')).said).toContain('the course starts');
});

test('locks a local version and a project by any spelling of its name, and installs what it locked', async () => {
  const { poetry, lock } = await scene();
  succeeded(await poetry('add', '--lock', 'campus-gpu==1.0+cu118', 'Repoze.LRU'));
  expect(await lock()).toContain('{file = "campus_gpu-1.0+cu118-py3-none-any.whl"');
  succeeded(await poetry('install'));
  expect((await poetry('show')).said).toMatch(/campus-gpu +1\.0\+cu118[\s\S]*repoze-lru +0\.7/);
});

test('installs no bytes but those of its lock', async () => {
  const { index, poetry } = await scene();
  succeeded(await poetry('add', '--lock', 'campus-plot'));
  await index.swap('campus-plot', 'campus_plot-1.1-py3-none-any.whl');
  const { status, said } = await poetry('install');
  expect([status, said]).toEqual([1, expect.stringContaining('not found in known hashes')]);
});

test('goes by what the metadata requires of Python, and not by what the page does', async () => {
  const { poetry, lock } = await scene();
  expect((await poetry('add', '--lock', 'campus-next')).said).toContain('campus-next requires Python >=3.99');
  succeeded(await poetry('add', '--lock', 'networkx==1.10'));
  expect(await lock()).toContain('networkx-1.10-0gatehouse1-py3-none-any.whl');
});

test('takes what is yanked only by its very version, and says why', async () => {
  const { poetry } = await scene();
  const { status, said } = await poetry('add', '--lock', 'campus-plot==1.2');
  expect([status, said]).toEqual([0, expect.stringContaining('being yanked: draws <nothing> & "hangs"')]);
});

test('says of a project that is not there that it found none, and looks nowhere else', async () => {
  const { index, poetry } = await scene();
  const { status, said } = await poetry('add', 'campus-arcade');
  expect([status, said]).toEqual([1, expect.stringContaining('matching version of package campus-arcade')]);
  expect(index.requests()).toEqual(['GET 404 /simple/campus-arcade/']);
});
