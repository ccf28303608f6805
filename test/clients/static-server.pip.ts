import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { courseIndex } from './course-index.ts';
import { pips, pipUser } from './pip-client.ts';

/** The store's folder behind Python's own server, which knows of no Accept and answers a folder with its `index.html`. */
async function pythonServer(folder: string): Promise<string> {
  const args = ['-u', '-m', 'http.server', '--bind', '127.0.0.1', '--directory', folder, '0'];
  const child = spawn(pips[0]?.replace(/pip$/, 'python') ?? '', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill());
  // A closed pipe would end it at its next word.
  const [said] = await once(child.stdout, 'data');
  return /http:\/\/\S+:\d+\//.exec(String(said))?.[0] ?? '';
}

const requests = ['campus-course', 'campus-gpu==1.0+cu118', 'campus-plot'];
const got = [
  'campus_course-1.0.dist-info',
  'campus_gpu-1.0+cu118.dist-info',
  'campus_plot-1.1.dist-info',
  'repoze.lru-0.7.dist-info',
];

const installs = [...pips.map((pip) => [pip, 'install', '--index-url']), ['uv', 'pip', 'install', '--default-index']];

/** What a client installs from an index. */
async function installed(command: readonly string[], index: string): Promise<string[]> {
  const user = await pipUser();
  const { status, said } = await user.run([...command, index, '--target', 'here', ...requests]);
  expect(status, said).toBe(0);
  return (await readdir(join(user.home, 'here'))).filter((name) => name.endsWith('.dist-info')).sort();
}

test.each(installs)('%s %s %s... from python -m http.server over the store', async (...command) => {
  const { folder } = await courseIndex();
  expect(await installed(command, `${await pythonServer(folder)}simple/`)).toEqual(got);
});

test.each(pips)('%s install from the folder itself, as a file: URL', async (pip) => {
  const { folder } = await courseIndex();
  expect(await installed([pip, 'install', '--index-url'], `file://${folder}/simple/`)).toEqual(got);
});

test.each(pips)('%s goes by requires-python, yanks and hashes of the HTML too', async (pip) => {
  const index = await courseIndex();
  const user = await pipUser({ PIP_INDEX_URL: await pythonServer(join(index.folder, 'simple')) });
  const download = (...args: string[]) => user.run([pip, 'download', '--no-deps', ...args]);
  expect((await download('networkx')).said).toContain('1.10 Requires-Python <3.9');
  expect((await download('campus-plot==1.2')).said).toContain('being yanked: draws <nothing> & "hangs"');
  await index.swap('campus-plot', 'campus_plot-1.1-py3-none-any.whl');
  expect((await download('campus-plot')).said).toContain('DO NOT MATCH THE HASHES');
});
