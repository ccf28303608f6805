import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';
import type { Client } from './client.ts';
import { findClients } from './find-clients.ts';
import { guide } from './guide-blocks.ts';
import { type ClientRun, runClient } from './run-client.ts';
import { servedChannel } from './served-channel.ts';

await using nowhere = await temporaryFolder();
const clients = (await findClients(nowhere.path)).filter(({ program }) => program !== 'pixi');

const blocks = (await guide('docs/clients.md'))('conda, mamba and micromamba');
const [root = '', machine = '', project = '', named = ''] = blocks
  .filter(({ language }) => language === 'yaml')
  .map(({ text }) => text);
/** As its installer writes it into its own folder. */
const miniforge = 'channels:\n  - conda-forge\n';

interface Installation {
  /** `.condarc` in its own folder, where there is one. */
  readonly root?: string;
  /** `~/.condarc`. */
  readonly user?: string;
}

/** Somebody with an installation of their own, and what a page says for it written into its files. */
async function userOf(client: Client, url: string, { root: ofRoot, user }: Installation) {
  const home = await temporaryFolder();
  onTestFinished(() => home[Symbol.asyncDispose]());
  const [folder, installation] = [join(home.path, 'environment'), join(home.path, 'root')];
  const here = (text: string) =>
    text.replaceAll('http://127.0.0.1:8080', new URL(url).origin).replaceAll('jupyterlab', 'campus-toolchain');
  const write = async (path: string, text: string) => {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, here(text));
  };
  await mkdir(installation, { recursive: true });
  if (ofRoot !== undefined) await write(join(installation, '.condarc'), ofRoot);
  if (user !== undefined) await write(join(home.path, '.condarc'), user);
  const environment = {
    ...client.environment,
    ...{ CONDA_ROOT: installation, MAMBA_ROOT_PREFIX: installation, CONDA_SUBDIR: 'linux-64' },
  };
  const run = (...args: readonly string[]) => runClient([[client.program, ...args]], home.path, environment);
  return {
    run,
    /** Only of this channel: what else is asked is not there, or is told of. */
    async installs(...args: readonly string[]) {
      const done = await run(...args, '-p', folder);
      succeeded(done);
      expect(done.said).not.toContain('conda-forge');
    },
    create: ['create', '--yes', 'campus-toolchain'],
    list: () => run('list', '-p', folder, '--json'),
    writeProject: () => write(join(home.path, 'environment.yml'), project),
  };
}

const succeeded = ({ status, said }: ClientRun) => expect(status, said).toBe(0);

/** conda has a column for it; mamba and micromamba say of a package where its file is. */
const foundIn = ({ program }: Client) =>
  program === 'conda' ? /campus-middle.* gatehouse\b/ : /URL .*\/gatehouse\/linux-64\/campus-middle/;

const installations: readonly (readonly [string, Installation])[] = [
  ['a plain installation, for its user', { user: root }],
  ['any installation, in the place of the lines that Miniforge wrote', { root }],
  ['by its name', { root: named }],
];

describe.each(clients.map((client) => [client.label, client] as const))('%s', (_, client) => {
  describe.each([
    ['with shards', ['repodata_shards.msgpack.zst'] as const],
    ['without shards', []],
  ])('%s', (__, forms) => {
    test.each(installations)('%s', async (___, files) => {
      const user = await userOf(client, (await servedChannel(forms)).url, files);
      await user.installs(...user.create);
      await user.writeProject();
      await user.installs('env', 'create', '--yes', '-f', 'environment.yml');
    });

    test('shows the channel by its name', async () => {
      const user = await userOf(client, (await servedChannel(forms)).url, { user: root });
      await user.installs(...user.create);
      const listed = await user.list();
      succeeded(listed);
      expect(listed.said).toMatch(/"channel": "(?:http:[^"]*\/)?gatehouse"/);
      const found = await user.run('search', 'campus-middle');
      succeeded(found);
      expect(found.said).toMatch(foundIn(client));
    });
  });

  test('Miniforge as it is, for one command', async () => {
    const { url } = await servedChannel();
    const user = await userOf(client, url, { root: miniforge });
    await user.installs('create', '--yes', '--override-channels', '-c', url, 'campus-toolchain');
  });

  test('Miniforge as it is asks conda-forge beside the lines of a user', async () => {
    const user = await userOf(client, (await servedChannel()).url, { root: miniforge, user: root });
    expect((await user.run(...user.create, '--dry-run', '-n', 'x')).said).toContain('conda-forge');
  });
});

describe.each(clients.filter(({ program }) => program === 'conda').map((client) => [client.label, client] as const))(
  '%s',
  (_, client) => {
    test.each(installations)('has no other channel: %s', async (__, files) => {
      const { url } = await servedChannel();
      const user = await userOf(client, url, files);
      const shown = await user.run('config', '--show', 'channels');
      const [only, ...others] = [...shown.said.matchAll(/^ {2}- (.*)$/gm)].map(([, channel]) => channel);
      expect([[url, 'gatehouse'].includes(only ?? ''), others], shown.said).toEqual([true, []]);
    });

    // `/etc` is not a test's to write: an installation's folder stands for it, which conda reads before a user's.
    test('has no channel but that of the machine, whatever a user writes or types', async () => {
      const user = await userOf(client, (await servedChannel()).url, { root: machine, user: miniforge });
      await user.installs(...user.create);
      for (const named of [
        ['-c', 'conda-forge'],
        ['--override-channels', '-c', 'conda-forge'],
      ]) {
        const { status, said } = await user.run(...user.create, '--dry-run', '-n', 'x', ...named);
        expect(status, said).not.toBe(0);
        expect(said).toContain('ChannelNotAllowed');
      }
    });
  },
);
