import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { courseIndex } from './course-index.ts';
import { guide } from './guide-blocks.ts';
import { pipUser } from './pip-client.ts';

const blocksOf = await guide('README.md', 'docs/clients.md');
const written = 'http://127.0.0.1:8080';

/** Runs what a section says, in the order in which it says it, in a project that asks for nothing yet. */
async function follow(section: string, environment: Readonly<Record<string, string>> = {}) {
  const index = await courseIndex();
  const user = await pipUser(environment);
  const served = index.url.replace('/simple/', '');
  await mkdir(join(user.home, 'config/pip'), { recursive: true });
  let ran = 0;
  for (const { language, text, file } of blocksOf(section)) {
    const here = text.replaceAll(written, served);
    if (file === 'pyproject.toml') await user.write(file, `${project}\n${here}`);
    else if (file !== undefined) await user.write(file.replace('~/.config/', 'config/'), here);
    if (language !== 'sh' || here.startsWith('conda ')) continue;
    const { status, said } = await user.run(['sh', '-ec', here]);
    expect(status, here + said).toBe(0);
    ran += 1;
  }
  return { index, user, ran };
}

const project = `[project]
name = "term"
version = "0"
requires-python = ">=3.11"
dependencies = []

[tool.poetry]
package-mode = false

[tool.pdm]
distribution = false
`;

const wheel = 'GET 200 /simple/decorator/decorator-5.1.1-py3-none-any.whl';

describe('what people are told to write, followed to the letter', () => {
  test('pip', async () => {
    const { index, ran } = await follow('pip', { PIP_TARGET: 'here', PIP_UPGRADE: '1', PIP_NO_CACHE_DIR: '1' });
    expect(ran).toBe(2);
    // By pip.conf, by its option and by its variable.
    expect(index.requests().filter((request) => request === wheel)).toHaveLength(3);
  });

  test('README.md', async () => {
    const { index, ran } = await follow('Installing from it', { PIP_TARGET: 'here' });
    expect(ran).toBe(1);
    expect(index.requests()).toContain('GET 200 /simple/campus-quiz/campus_quiz-2.1-py3-none-any.whl');
  });

  test.each([
    ['uv', 'uv.lock', 2],
    ['poetry', 'poetry.lock', 1],
    ['pdm', 'pdm.lock', 2],
  ])('%s', async (client, lock, commands) => {
    const { index, user, ran } = await follow(client);
    expect(ran).toBe(commands);
    expect(await readFile(join(user.home, lock), 'utf8')).toContain('decorator-5.1.1-py3-none-any.whl');
    expect(index.requests()).toContain(wheel);
  });
});

/** As Python's own reader has it. */
async function readToml(text: string): Promise<unknown> {
  const user = await pipUser();
  await user.write('given.toml', text);
  const script = 'import json, tomllib; print(json.dumps(tomllib.load(open("given.toml", "rb"))))';
  return JSON.parse((await user.run(['python', '-c', script])).said);
}

describe('what they are told, read where no client is at hand', () => {
  test('pixi gets the channel, the index, and a dependency from each', async () => {
    const [manifest] = blocksOf('pixi');
    expect(manifest?.file).toBe('pixi.toml');
    expect(await readToml(manifest?.text ?? '')).toEqual({
      workspace: { channels: [`${written}/gatehouse`], platforms: ['linux-64'] },
      dependencies: { python: expect.any(String), jupyterlab: expect.any(String) },
      'pypi-dependencies': { gurobipy: '*' },
      'pypi-options': { 'index-url': `${written}/simple/` },
    });
  });

  test('rattler, which pixi is made of, knows the channel of the pages by its name', async () => {
    const script = 'import rattler, sys; channel = rattler.Channel(sys.argv[1]); print(channel.name, channel.base_url)';
    const { said } = await (await pipUser()).run(['python', '-c', script, `${written}/gatehouse`]);
    expect(said).toBe(`gatehouse ${written}/gatehouse/\n`);
  });
});
