import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';
import type { Client } from './client.ts';
import { findClients } from './find-clients.ts';
import { runClient } from './run-client.ts';
import { servedChannel } from './served-channel.ts';

/* What README.md says that shards cost users of mamba and micromamba, and what the want of them does. */

await using nowhere = await temporaryFolder();
const clients = await findClients(nowhere.path);

const forms = ['repodata_shards.msgpack.zst'] as const;
const served = ['campus-notebook', 'campus-toolchain', 'campus-fonts', 'pip'];

/** Somebody who installed from a channel, in the environment `old`. */
async function userOf(client: Client, url: string) {
  const home = await temporaryFolder();
  onTestFinished(() => home[Symbol.asyncDispose]());
  const place = { home: home.path, channel: url };
  const folder = (name: string) => join(home.path, 'environments', name);
  const run = (commands: readonly string[][]) => runClient(commands, home.path, client.environment);
  const create = (name: string, spec: string) => run(client.create(place, folder(name), [spec]));
  expect((await create('old', 'campus-toolchain')).status).toBe(0);
  const from = ['--override-channels', '-c', url];
  return {
    create,
    updateAll: () => run([[client.program, 'update', '--yes', '--all', '-p', folder('old'), ...from]]),
    cleanIndex: () => run([[client.program, 'clean', '--yes', '--index-cache']]),
  };
}

describe.each(clients.map((client) => [client.label, client] as const))('%s', (_, client) => {
  const ofMamba = test.runIf(client.program.endsWith('mamba'));

  /** A user of a channel with shards, in which there is now an older toolchain too, and a package of a new name. */
  async function userBehind() {
    const channel = await servedChannel(forms);
    const user = await userOf(client, channel.url);
    const more = [...served, 'campus-toolchain ==1.0', 'campus-native'];
    const { problems } = await channel.lab.sync(channel.lab.allowlist(more, { forms }));
    expect(problems).toEqual([]);
    channel.requests();
    return { ...user, channel };
  }

  ofMamba('asks for no list of shards again, so knows no new version of a name, and finds a new name', async () => {
    const { create, channel } = await userBehind();
    const { status, said } = await create('new', 'campus-toolchain=1.0');
    expect(status).not.toBe(0);
    expect(said).toContain('campus-toolchain =1.0 * does not exist');
    expect(channel.requests()).toEqual([]);
    expect((await create('native', 'campus-native')).status).toBe(0);
  });

  ofMamba.each(['updateAll', 'cleanIndex'] as const)('%s brings what is new', async (ask) => {
    const user = await userBehind();
    expect((await user[ask]()).status).toBe(0);
    expect((await user.create('new', 'campus-toolchain=1.0')).status).toBe(0);
  });

  ofMamba('asks for the list of shards each time where there is none, and says so of each subdir', async () => {
    const channel = await servedChannel();
    const user = await userOf(client, channel.url);
    channel.requests();
    const { status, said } = await user.create('new', 'campus-toolchain');
    expect([status, said.match(/Shard Index for .* not available/g)?.length]).toEqual([0, 2]);
    expect(
      channel
        .requests()
        .filter((request) => request.includes('shards'))
        .sort(),
    ).toEqual([
      'HEAD 404 /gatehouse/linux-64/repodata_shards.msgpack.zst',
      'HEAD 404 /gatehouse/noarch/repodata_shards.msgpack.zst',
    ]);
  });
});
