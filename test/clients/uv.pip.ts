import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { courseIndex } from './course-index.ts';
import { pipUser } from './pip-client.ts';
import type { ClientRun } from './run-client.ts';

const succeeded = ({ status, said }: ClientRun) => expect(status, said).toBe(0);

/** uv and an index to go by. */
async function scene() {
  const index = await courseIndex();
  const user = await pipUser({ UV_DEFAULT_INDEX: index.url });
  const install = (...args: string[]) => user.run(['uv', 'pip', 'install', '--target', 'here', ...args]);
  const installed = async () => {
    const names = await readdir(join(user.home, 'here')).catch(() => []);
    return names.filter((name) => name.endsWith('.dist-info')).sort();
  };
  return { index, user, install, installed };
}

test('installs a project with all it needs, by metadata first', async () => {
  const { index, install, installed } = await scene();
  succeeded(await install('campus-course'));
  expect(await installed()).toEqual([
    'campus_course-1.0.dist-info',
    'campus_plot-1.1.dist-info',
    'repoze.lru-0.7.dist-info',
  ]);
  const asked = index.requests();
  expect(asked.every((request) => request.startsWith('GET 200 /simple/'))).toBe(true);
  expect(asked.filter((request) => request.endsWith('.metadata'))).toHaveLength(3);
});

test('locks a project, with hashes, sizes and times; installs what it locked; asks again for what may be new', async () => {
  const { index, user } = await scene();
  await user.write('pyproject.toml', project('campus-course'));
  succeeded(await user.run(['uv', 'lock'], ['uv', 'sync', '--locked'], ['uv', 'run', 'campus-course']));
  const lock = await readFile(join(user.home, 'uv.lock'), 'utf8');
  expect(lock.match(/url = .* hash = "sha256:[0-9a-f]{64}", size = \d+, upload-time = "[^"]+Z"/g)).toHaveLength(3);
  expect(lock).toContain('upload-time = "2026-09-01T00:00:00Z"');
  index.requests();
  succeeded(await user.run(['uv', 'lock', '--upgrade']));
  expect(index.requests().sort()).toEqual(
    ['campus-course', 'campus-plot', 'repoze-lru'].map((name) => `GET 304 /simple/${name}/`),
  );
  await index.publish({ fileName: 'campus_plot-2.0-py3-none-any.whl' });
  succeeded(await user.run(['uv', 'lock', '--upgrade']));
  expect(await readFile(join(user.home, 'uv.lock'), 'utf8')).toContain('campus_plot-2.0-py3-none-any.whl');
});

test('takes no bytes but those of the page and of the lock', async () => {
  const { index, user, install, installed } = await scene();
  await user.write('pyproject.toml', project('campus-plot'));
  succeeded(await user.run(['uv', 'lock']));
  await index.swap('campus-plot', 'campus_plot-1.1-py3-none-any.whl');
  const synced = await user.run(['uv', 'sync', '--locked']);
  expect([synced.status, synced.said]).toEqual([1, expect.stringContaining('Hash mismatch')]);
  await user.write('pins.txt', `campus-plot==1.1 --hash=sha256:${'0'.repeat(64)}\n`);
  expect((await install('--require-hashes', '-r', 'pins.txt')).status).toBe(1);
  expect(await installed()).toEqual([]);
});

test('skips what is yanked unless it is asked for by its very version, and says why', async () => {
  const { install, installed } = await scene();
  succeeded(await install('campus-plot'));
  expect(await installed()).toEqual(['campus_plot-1.1.dist-info']);
  const { status, said } = await install('campus-plot==1.2');
  expect([status, said]).toEqual([0, expect.stringContaining('is yanked (reason: "draws <nothing> & "hangs""')]);
});

test('goes by the lower bound of what the page requires of Python, and by no upper one', async () => {
  const { install, installed } = await scene();
  const { status, said } = await install('campus-next');
  expect([status, said]).toEqual([1, expect.stringContaining('Python>=3.99')]);
  succeeded(await install('--python-version', '3.8', 'networkx==1.10'));
  expect(await installed()).toEqual(['decorator-5.1.1.dist-info', 'networkx-1.10.dist-info']);
  // By design: https://docs.astral.sh/uv/pip/compatibility/#requires-python-upper-bounds
  succeeded(await install('--python-version', '3.11', 'networkx==1.10'));
});

test('finds a local version and a project by any spelling of its name', async () => {
  const { install, installed } = await scene();
  succeeded(await install('campus-gpu==1.0+cu118', 'Repoze_LRU'));
  expect(await installed()).toEqual(['campus_gpu-1.0+cu118.dist-info', 'repoze.lru-0.7.dist-info']);
});

test('says of a project that is not there that it found none, and looks nowhere else', async () => {
  const { index, install } = await scene();
  const { status, said } = await install('campus-arcade');
  expect([status, said]).toEqual([1, expect.stringContaining('campus-arcade was not found in the package registry')]);
  expect(index.requests()).toEqual(['GET 404 /simple/campus-arcade/']);
});

test('takes what was there before a day', async () => {
  const { install, installed } = await scene();
  succeeded(await install('--exclude-newer', '2026-04-01', 'campus-plot'));
  expect(await installed()).toEqual(['campus_plot-1.0.dist-info']);
  expect((await install('--exclude-newer', '2025-01-01', 'campus-gpu')).status).toBe(1);
});

const project = (dependency: string) =>
  `[project]\nname = "term"\nversion = "0"\nrequires-python = ">=3.11"\ndependencies = ["${dependency}"]\n`;
