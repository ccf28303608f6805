import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { sha256Of } from '../../core/names/digest.ts';
import { startLab } from '../support/cli/start-lab.ts';
import { buildWheel } from '../support/python/build-wheel.ts';
import { machinePython, rattlerInstall } from '../support/python/rattler-install.ts';
import { serveProjects } from '../support/python/serve-projects.ts';
import { asTyped, gatehouseIn } from './gatehouse-in.ts';
import { guide } from './guide-blocks.ts';
import { listedBelow } from './listed-below.ts';
import { buildTools, moduleOf, type OwnTool, saidBy, writeSource } from './own-tools.ts';
import { client, pips, pipUser } from './pip-client.ts';

/** The page's tool, and two that it needs, each of another build backend. */
const notes: OwnTool = {
  name: 'Acme.Notes',
  version: '1.0',
  backend: 'setuptools',
  dependencies: ['decorator>=5', 'acme-base', 'acme_draw>=2; python_version>="3.9"'],
};
const base: OwnTool = { name: 'acme-base', version: '1.2', backend: 'hatchling' };
const draw: OwnTool = { name: 'acme_draw', version: '2.0', backend: 'flit' };

const blocksOf = await guide('docs/publishing.md');
const story = blocksOf('A tool from its source to its users');
const takeBack = blocksOf('Take a version back');

/** A command of the page, as it stands there: the only one of its section that has these words. */
function commandWith(words: string, blocks = story): string {
  const found = blocks.filter(({ language, text }) => language === 'sh' && text.includes(words));
  expect([words, found.length]).toEqual([words, 1]);
  return found[0]?.text ?? '';
}

/** The page's story: an upstream, a user with sources, a store that is served. */
async function scene() {
  const lab = await startLab();
  onTestFinished(() => lab[Symbol.asyncDispose]());
  const { minor, packages } = await machinePython(client('python'));
  // Its conda package is made.
  await lab.publish(packages);
  const fileName = 'decorator-5.1.1-py3-none-any.whl';
  lab.intercept = serveProjects({
    decorator: [{ fileName, bytes: buildWheel({ fileName, files: { 'decorator.py': '' } }) }],
  });
  const user = await pipUser({ PIP_CONFIG_FILE: '/dev/null', PIP_NO_CACHE_DIR: '1' });
  const [written] = story.filter(({ language }) => language === 'json');
  // The package that is made of this machine's python is a virtual environment.
  const policy = { checks: { 'D3.python-paths': 'dry-run' } };
  const upstream = { channels: [lab.upstream.url], indexes: [`${lab.upstream.url}/simple`], python: [minor], policy };
  const asWritten = JSON.parse(written?.text ?? '');
  /** The page's allowlist, with the upstream of this test, and entries behind its own. */
  const allow = (...entries: readonly unknown[]) =>
    user.write(
      'allowlist.json',
      JSON.stringify({ ...asWritten, ...upstream, packages: [...asWritten.packages, ...entries] }),
    );
  await allow();
  const gatehouse = gatehouseIn(user.home);
  const url = await gatehouse.serve();
  const typed = (command: string, environment = '') => {
    const here = asTyped(command.replaceAll('http://127.0.0.1:8080', url));
    return user.run(['sh', '-ec', `${environment}\n${here}`]);
  };
  /** Has a newer release appear upstream. */
  const release = (version: string) => {
    const fileName = `decorator-${version}-py3-none-any.whl`;
    lab.intercept = serveProjects({ decorator: [{ fileName, bytes: buildWheel({ fileName }) }] });
  };
  return { user, gatehouse, url, typed, release, allow };
}
type Scene = Awaited<ReturnType<typeof scene>>;

const wellTyped = async ({ typed }: Scene, command: string, environment?: string) => {
  const { status, said } = await typed(command, environment);
  expect(status, command + said).toBe(0);
  return said;
};

/** Installs into a new environment by the page's command, and starts what it brought. */
async function pipInstalls(scene: Scene, name: string, command: string): Promise<void> {
  const { user } = scene;
  await user.run(['python', '-m', 'venv', '--without-pip', name]);
  await wellTyped(scene, command, `export PIP_PYTHON=${name}/bin/python`);
  const { said } = await user.run(...[notes, base, draw].map((tool) => [join(user.home, name, 'bin', moduleOf(tool))]));
  expect(said).toBe([notes, base, draw].map(saidBy).join(''));
}

async function rattlerInstalls({ user, url }: Scene, name: string, channels: readonly string[]): Promise<void> {
  const folder = join(user.home, name);
  const urls = channels.map((channel) => `${url}/${channel}`);
  const installed = await rattlerInstall(client('python'), urls, ['acme-notes', 'pip'], folder);
  expect(installed).toEqual(
    expect.arrayContaining(['acme-base 1.2', 'acme-draw 2.0', 'acme-notes 1.0', 'decorator 5.1.1']),
  );
  const { said } = await user.run(...[notes, base, draw].map((tool) => [join(folder, 'prefix/bin', moduleOf(tool))]));
  expect(said).toBe([notes, base, draw].map(saidBy).join(''));
}

const listed = (at: string) => listedBelow(at, ['acme-base', 'acme-draw', 'acme-notes']);

/** Milliseconds: half a minute on two processors, and longer where others work beside it. */
const storyTimeout = 300_000;

test('from its source through staging to its users, by pip and by py-rattler, and back', {
  timeout: storyTimeout,
}, async () => {
  const the = await scene();
  const { user, gatehouse, url } = the;
  await wellTyped(the, commandWith('gatehouse sync'));
  await buildTools(user, [base, draw]);
  await writeSource(user, notes, 'src/acme-notes');
  await wellTyped(the, commandWith('-m build'));
  const built = await readdir(join(user.home, 'dist'));
  expect(built).toHaveLength(6);

  const told = await wellTyped(the, commandWith('publish --to staging'));
  for (const name of built) expect(told).toContain(name);
  await gatehouse.run('verify');
  const staged = await listed(`${url}/staging`);
  expect(Object.keys(staged)).toHaveLength(9);
  for (const name of built) {
    expect([name, sha256Of(await readFile(join(user.home, 'dist', name)))]).toEqual([name, staged[name]]);
  }
  expect(await listed(url)).toEqual({});
  await pipInstalls(the, 'staged', commandWith('/staging/simple/'));
  await rattlerInstalls(the, 'staged-conda', ['staging/gatehouse', 'gatehouse']);

  // What it needs must be there before it.
  const early = await gatehouse.tried('promote', 'acme-notes', '1.0');
  expect([early.status, early.stderr]).toEqual([1, expect.stringContaining('acme-base')]);
  expect(await listed(url)).toEqual({});
  await gatehouse.run('promote', 'acme-base', '1.2');
  await gatehouse.run('promote', 'Acme.Draw', '2.0');
  await wellTyped(the, commandWith('promote'));
  await gatehouse.run('verify');
  expect(await listed(url)).toEqual(staged);
  expect(await listed(`${url}/staging`)).toEqual(staged);
  await pipInstalls(the, 'released', commandWith('--index-url http://127.0.0.1:8080/simple/ acme'));
  await rattlerInstalls(the, 'released-conda', ['gatehouse']);
  // Again, by whoever does not know that it is done.
  await wellTyped(the, commandWith('promote'));
  expect(await listed(url)).toEqual(staged);

  // With entries for it each sync proves it, and nothing takes it away from them.
  await the.allow('acme-notes', { pypi: 'Acme.Notes' });
  expect((await gatehouse.run('sync')).stderr).toContain('5 of 5 install from this channel alone');
  const held = await the.typed(commandWith('--reason', takeBack));
  expect([held.status, held.said]).toEqual([1, expect.stringContaining('acme-notes')]);
  expect(await listed(url)).toEqual(staged);
  await the.allow();
  await gatehouse.run('sync');
  expect(await listed(url)).toEqual(staged);

  await wellTyped(the, commandWith('--reason', takeBack));
  await gatehouse.run('verify');
  await isTakenBack(the);
  await wellTyped(the, commandWith('--undo', takeBack));
  await gatehouse.run('verify');
  expect(await listed(url)).toEqual(staged);
  await rattlerInstalls(the, 'again', ['gatehouse']);

  the.release('5.2.0');
  expect(await wellTyped(the, commandWith('outdated', blocksOf('See what is outdated')))).toMatch(
    /decorator +5\.1\.1 +5\.2\.0/,
  );
});

test('README.md tells the same in short', async () => {
  const told = (await guide('README.md'))('Your own tools').filter(({ language }) => language === 'sh');
  const lines = told.flatMap(({ text }) => text.trim().split('\n'));
  expect(lines).toEqual([commandWith('publish'), commandWith('promote')].map((text) => text.trim()));
});

/** Nobody gets it who does not ask for the very version; who does is told why not to. */
async function isTakenBack({ user, url }: Scene): Promise<void> {
  const reason = 'writes to the wrong folder';
  for (const [nth, pip] of pips.entries()) {
    const install = (spec: string) => {
      const args = ['--index-url', `${url}/simple/`, '--target', `yanked-${nth}`, spec];
      return user.run([pip, 'install', '--no-cache-dir', ...args]);
    };
    expect(await install('acme-notes')).toMatchObject({ status: 1, said: expect.stringContaining('acme-notes') });
    expect(await install('acme-notes==1.0')).toMatchObject({ status: 0, said: expect.stringContaining(reason) });
  }
  const uv = (spec: string) =>
    user.run(['uv', 'pip', 'install', '--default-index', `${url}/simple/`, '--target', 'yanked-uv', spec]);
  expect(await uv('acme-notes')).toMatchObject({ status: 1, said: expect.stringContaining('yanked') });
  expect(await uv('acme-notes==1.0')).toMatchObject({ status: 0, said: expect.stringContaining(reason) });
  const solved = rattlerInstall(client('python'), [`${url}/gatehouse`], ['acme-notes'], join(user.home, 'yanked'));
  await expect(solved).rejects.toThrow(/acme-notes/);
}
