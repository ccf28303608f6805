import { mkdir, mkdtemp, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildSampleChannel } from '../../local/sample/sample-channel.ts';
import { type FolderServer, type Intercept, serveFolder } from '../../local/sample/serve-folder.ts';
import { runCli, type StartedCli, startCli } from '../support/cli/run-cli.ts';
import { folderDigests } from '../support/machine/folder-files.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/machine/temporary-folder.ts';
import { startHttpClient } from '../support/served/http-client.ts';

let folder: TemporaryFolder;
let upstream: FolderServer;
let intercept: Intercept | null = null;
let cwd: string;
const started: StartedCli[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
  await buildSampleChannel(join(folder.path, 'upstream'), { forms: ['json'] });
  upstream = await serveFolder(join(folder.path, 'upstream'), {
    intercept: (request, response, next) => (intercept === null ? next() : intercept(request, response, next)),
  });
});
afterAll(async () => {
  await upstream.close();
  await folder[Symbol.asyncDispose]();
});
beforeEach(async () => {
  intercept = null;
  cwd = await mkdtemp(join(folder.path, 'home-'));
  await writeAllowlist(['campus-text']);
});
afterEach(async () => {
  // Only those that a failed test left running.
  for (const { child, ended } of started.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
});

/** Replaces the file, as editors do. */
async function writeAllowlist(packages: readonly string[]): Promise<void> {
  await replaceAllowlist(JSON.stringify({ channels: [upstream.url], platforms: ['linux-64'], packages }));
}

async function replaceAllowlist(text: string): Promise<void> {
  await writeFile(join(cwd, 'allowlist.json~'), text);
  await rename(join(cwd, 'allowlist.json~'), join(cwd, 'allowlist.json'));
}

function start(...argv: readonly string[]): StartedCli {
  const cli = startCli(argv, { cwd });
  started.push(cli);
  return cli;
}

async function channelOf(cli: StartedCli): Promise<string> {
  await cli.untilSaid('pixi init');
  const [, url = ''] = /serving (http:\S+)/.exec(cli.said.stderr) ?? [];
  return url;
}

/** Holds back every package. */
function holdPackages(): { asked: Promise<void>; letGo: () => void } {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const held: (() => void)[] = [];
  intercept = (request, _response, next) => {
    if (!request.url?.endsWith('.conda')) return next();
    held.push(next);
    resolve();
  };
  const letGo = () => {
    intercept = null;
    for (const next of held) next();
  };
  return { asked, letGo };
}

const textOf = async (url: string) => (await fetch(url)).text();

describe('Ctrl-C', () => {
  it.each<[NodeJS.Signals, number, string]>([
    ['SIGINT', 130, 'sync'],
    ['SIGTERM', 143, 'sync'],
    ['SIGINT', 130, 'up'],
  ])(
    '%s ends with status %i a %s that is fetching; it says so, and the next run completes',
    async (signal, status, command) => {
      const { asked } = holdPackages();
      const cli = start(command);
      await asked;
      cli.child.kill(signal);
      const run = await cli.ended;
      expect(run.status).toBe(status);
      expect(run.stderr).toMatch(/\nstopped; nothing is lost: run the same command again to finish\n$/);
      intercept = null;
      expect((await runCli(['sync'], { cwd })).status).toBe(0);
      expect(await folderDigests(join(cwd, '.gatehouse/_gatehouse/incoming'))).toEqual({});
    },
  );

  it.each<NodeJS.Signals>(['SIGINT', 'SIGTERM'])('%s ends serve with status 0', async (signal) => {
    await mkdir(join(cwd, '.gatehouse'));
    const cli = start('serve', '--port', '0');
    const channel = await channelOf(cli);
    expect((await fetch(`${channel}/noarch/repodata.json`)).status).toBe(404);
    cli.child.kill(signal);
    const { status, stderr } = await cli.ended;
    expect(status).toBe(0);
    expect(stderr).toContain('nothing is in .gatehouse yet: gatehouse sync fills it\n');
  });
});

it('up follows the allowlist: an edit brings its package, a broken one changes nothing, the next is followed again', async () => {
  const cli = start('up', '--port', '0');
  const index = `${await channelOf(cli)}/noarch/repodata.json`;
  expect(await textOf(index)).toContain('campus-text');
  expect(await textOf(index)).not.toContain('campus-fonts');

  await writeAllowlist(['campus-text', 'campus-fonts']);
  await cli.untilSaid('now installable: campus-fonts');
  const served = await textOf(index);
  expect(served).toContain('campus-fonts-1.0-0.tar.bz2');

  await replaceAllowlist('{ "channels": ');
  await cli.untilSaid('error: allowlist.json:1:15');
  expect(await textOf(index)).toBe(served);

  await writeAllowlist(['campus-text', 'campus-fonts', 'campus-arcade']);
  await cli.untilSaid('now installable: campus-arcade');
  expect(await textOf(index)).toContain('campus-arcade');

  cli.child.kill('SIGINT');
  expect((await cli.ended).status).toBe(0);
});

it('up serves the channel as it was while its first sync runs', async () => {
  expect((await runCli(['sync'], { cwd })).status).toBe(0);
  await writeAllowlist(['campus-text', 'campus-notebook']);
  const { asked, letGo } = holdPackages();
  const cli = start('up', '--port', '0');
  await asked;
  const [, channel = ''] = /serving (http:\S+)/.exec(cli.said.stderr) ?? [];
  const index = `${channel}/noarch/repodata.json`;
  expect(await textOf(index)).toContain('campus-text');
  expect(await textOf(index)).not.toContain('campus-notebook');
  letGo();
  await cli.untilSaid('pixi init');
  expect(await textOf(index)).toContain('campus-notebook');
  cli.child.kill('SIGINT');
  expect((await cli.ended).status).toBe(0);
});

it('up follows an edit that was made while it was still syncing', async () => {
  const { asked, letGo } = holdPackages();
  const cli = start('up', '--port', '0', '--json');
  await asked;
  await writeAllowlist(['campus-text', 'campus-fonts']);
  letGo();
  await cli.untilSaid('now installable: campus-fonts');
  cli.child.kill('SIGINT');
  const { status, stdout } = await cli.ended;
  expect(status).toBe(0);
  for (const line of stdout.trim().split('\n')) expect(line).toMatch(/^\{"type":"[a-z.]+".*\}$/);
});

it('demo serves what a client solves from', async () => {
  const cli = start('demo', '--port', '0');
  const channel = await channelOf(cli);
  const client = startHttpClient();
  const virtualPackages = { __unix: '0', __linux: '5.10', __glibc: '2.28' };
  const specs = ['campus-notebook ==2.0.0', 'campus-stats', 'pip'];
  const answer = await client.solve({ channels: [channel], platform: 'linux-64', specs, virtualPackages });
  await client.close();
  expect(answer).toEqual({
    files: [
      'linux-64/campus-base-2.0-h2b7d9e1_0.conda',
      'linux-64/campus-plot-1.2-py312h5eee18b_0.conda',
      'linux-64/campus-stats-1.4.0-h2b7d9e1_0.conda',
      'linux-64/python-3.12.4-h194c7f8_0_cpython.conda',
      'noarch/campus-notebook-2.0.0-pyhd8ed1ab_0.conda',
      'noarch/campus-text-1.0-pyhd8ed1ab_0.conda',
      'noarch/pip-24.1-pyhd8ed1ab_0.conda',
    ],
  });
  cli.child.kill('SIGINT');
  expect((await cli.ended).status).toBe(0);
});
