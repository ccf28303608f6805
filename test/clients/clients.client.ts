import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';
import type { Client } from './client.ts';
import { findClients, programs } from './find-clients.ts';
import { type ClientRun, runClient } from './run-client.ts';
import { servedChannel } from './served-channel.ts';

await using nowhere = await temporaryFolder();
const clients = await findClients(nowhere.path);
console.log(`driven: ${clients.map(({ label }) => label).join(', ') || 'nothing'}`);

test('a client is on PATH', () => {
  expect(clients, `none of ${programs.join(', ')} is on PATH`).not.toEqual([]);
});

/** A client with caches of its own and an environment of each name. */
async function newUser(client: Client, channel: string) {
  const home = await temporaryFolder();
  onTestFinished(() => home[Symbol.asyncDispose]());
  const place = { home: home.path, channel };
  const run = (commands: readonly string[][]) => runClient(commands, home.path, client.environment);
  const folderOf = (name: string) => join(home.path, 'environments', name);
  const prefix = (name: string) => client.prefix(folderOf(name));
  return {
    create: (name: string, ...specs: string[]) => run(client.create(place, folderOf(name), specs)),
    remove: (name: string, packageName: string) => run(client.remove(folderOf(name), packageName)),
    search: (name: string) => run(client.search(place, name)),
    holds: (name: string, path: string) => existsSync(join(prefix(name), path)),
    installed: (name: string) => packagesIn(prefix(name)),
  };
}

/** `name-version` of all that `conda-meta` says is installed, in order; every client keeps it. */
async function packagesIn(prefix: string): Promise<string[]> {
  const files = await readdir(join(prefix, 'conda-meta')).catch(() => []);
  return files
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.replace(/-[^-]+\.json$/, ''))
    .sort();
}

const succeeded = ({ status, said }: ClientRun) => expect(status, said).toBe(0);
const toolchain = ['campus-base-2.0', 'campus-middle-2.0', 'campus-toolchain-2.0'];

describe.each(clients.map((client) => [client.label, client] as const))('%s', (_, client) => {
  test('installs packages of both formats that need no interpreter, and removes one', async () => {
    const user = await newUser(client, (await servedChannel()).url);
    succeeded(await user.create('plain', 'campus-toolchain', 'campus-fonts'));
    expect(await user.installed('plain')).toEqual(expect.arrayContaining([...toolchain, 'campus-fonts-1.0']));
    expect(user.holds('plain', 'lib/libcampus-base.so')).toBe(true);
    expect(user.holds('plain', 'fonts/campus-regular.ttf')).toBe(true);
    succeeded(await user.remove('plain', 'campus-fonts'));
    expect(await user.installed('plain')).toEqual(toolchain);
    expect(user.holds('plain', 'fonts/campus-regular.ttf')).toBe(false);
  });

  test('installs python and what needs it', async () => {
    const user = await newUser(client, (await servedChannel()).url);
    succeeded(await user.create('notebook', 'campus-notebook==2.0.0', 'python=3.12'));
    expect(await user.installed('notebook')).toEqual(
      expect.arrayContaining(['campus-notebook-2.0.0', 'campus-plot-1.2', 'python-3.12.4']),
    );
    expect(user.holds('notebook', 'lib/python3.12/site-packages/campus_notebook/__init__.py')).toBe(true);
    expect((await user.installed('notebook')).includes('pip-24.1')).toBe(client.addsPip);
  });

  test('finds what there is and nothing else', async () => {
    const user = await newUser(client, (await servedChannel()).url);
    const found = await user.search('campus-plot');
    succeeded(found);
    expect(found.said).toContain('1.2');
    const { said } = await user.search('campus-arcade');
    expect(said).not.toContain('3.1');
  });

  test('answers a second run from its caches', async () => {
    const channel = await servedChannel();
    const user = await newUser(client, channel.url);
    succeeded(await user.create('first', 'campus-toolchain'));
    expect(channel.requests().filter((request) => /^GET 200 .*\.(conda|tar\.bz2)$/.test(request))).toHaveLength(3);
    succeeded(await user.create('second', 'campus-toolchain'));
    expect(channel.requests().filter((request) => request.startsWith('GET 200'))).toEqual([]);
    expect(await user.installed('second')).toEqual(toolchain);
  });

  test('refuses bytes that are not those of the record', async () => {
    const channel = await servedChannel();
    const path = join(channel.lab.store, 'conda/linux-64/campus-base-2.0-h2b7d9e1_0.conda');
    const bytes = await readFile(path);
    await writeFile(path, bytes.with(bytes.length - 40, bytes.at(-40) === 0 ? 1 : 0));
    const user = await newUser(client, channel.url);
    const { status, said } = await user.create('broken', 'campus-toolchain');
    expect(channel.requests()).toContain('GET 200 /gatehouse/linux-64/campus-base-2.0-h2b7d9e1_0.conda');
    expect(status, said).not.toBe(0);
    expect(said).toMatch(/sha256|checksum|hash/i);
    expect(await user.installed('broken')).toEqual([]);
  });

  test('goes without shards where there are none', async () => {
    const channel = await servedChannel();
    const user = await newUser(client, channel.url);
    succeeded(await user.create('flat', 'campus-notebook==2.0.0', 'python=3.12'));
    const read = channel.requests().filter((request) => request.startsWith('GET 200'));
    expect(read).toContainEqual(expect.stringMatching(/noarch\/(current_)?repodata\.json/));
    expect(read.filter((request) => request.includes('shards'))).toEqual([]);
  });

  test('reads shards where there are, if it knows them, and installs the same', async () => {
    const channel = await servedChannel(['repodata_shards.msgpack.zst']);
    const user = await newUser(client, channel.url);
    succeeded(await user.create('sharded', 'campus-notebook==2.0.0', 'python=3.12'));
    const read = channel.requests().filter((request) => request.startsWith('GET 200'));
    const has = (part: string) => read.some((request) => request.includes(part));
    expect(has('noarch/repodata_shards.msgpack.zst') && has('linux-64/shards/')).toBe(client.readsShards);
    expect(has('repodata.json')).toBe(!client.readsShards);
    expect(await user.installed('sharded')).toEqual(
      expect.arrayContaining(['campus-notebook-2.0.0', 'campus-plot-1.2', 'python-3.12.4']),
    );
  });
});
