import { once } from 'node:events';
import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { runCli, type StartedCli, startCli } from '../support/cli/run-cli.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/machine/temporary-folder.ts';
import { openSocket, rawRequest } from '../support/served/raw-http.ts';

const index = '/conda/noarch/repodata.json';
const large = '/conda/noarch/large-1-0.conda';
let folder: TemporaryFolder;
const started: StartedCli[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
  await mkdir(join(folder.path, 'store/conda/noarch'), { recursive: true });
  await writeFile(join(folder.path, 'store', index), '{}');
  await writeFile(join(folder.path, 'store', large), '');
  await truncate(join(folder.path, 'store', large), 64 * 1024 ** 2);
});
afterAll(() => folder[Symbol.asyncDispose]());
afterEach(async () => {
  // Only those that a failed test left running.
  for (const { child, ended } of started.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
});

async function serve(...flags: readonly string[]) {
  const cli = startCli(['serve', '--port', '0', ...flags], { cwd: folder.path });
  started.push(cli);
  await cli.untilSaid('pixi init');
  const [url = ''] = /http:\/\/[\d.:]+/.exec(cli.said.stderr) ?? [];
  return { cli, url };
}

describe('serve', () => {
  it('tells each request on stdout as it is asked to, and nothing without being asked', async () => {
    const ask = async (...flags: readonly string[]) => {
      const { cli, url } = await serve('--store', 'store', ...flags);
      await fetch(`${url}/t/secret${index}?token=secret`);
      cli.child.kill('SIGTERM');
      const { status, stdout } = await cli.ended;
      expect(status).toBe(0);
      return stdout;
    };
    expect(await ask()).toBe('');
    expect(await ask('--access-log', 'common')).toMatch(
      /^127\.0\.0\.1 - - \[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000\] "GET \/t\/\*\*\*\/conda\/noarch\/repodata\.json HTTP\/1\.1" 200 2\n$/,
    );
    const json: unknown = JSON.parse(await ask('--access-log', 'json'));
    expect(json).toMatchObject({ type: 'serve.request', path: `/t/***${index}`, status: 200, agent: 'node' });
  });

  it.each([
    [['--access-log', 'combined'], 'hint: write common or json'],
    [['--access-log'], '--access-log needs a value'],
    [['--access-log', 'common', '--json'], 'hint: write --access-log json'],
  ])('%j is a usage error', async (flags, told) => {
    const { status, stderr } = await runCli(['serve', ...flags], { cwd: folder.path });
    expect([status, stderr]).toEqual([2, expect.stringContaining(told)]);
  });

  it('says that a store is not there yet, and serves it once it is', async () => {
    const { cli, url } = await serve('--store', 'later');
    expect(cli.said.stderr).toContain('there is no later yet: gatehouse sync fills it\n');
    expect((await fetch(url + index)).status).toBe(404);
    await mkdir(join(folder.path, 'later/conda/noarch'), { recursive: true });
    await writeFile(join(folder.path, 'later', index), '{}');
    expect((await fetch(url + index)).status).toBe(200);
  });

  it('gives no PyPI project as an example of what a client of conda installs', async () => {
    const packages = [{ pypi: 'demo' }, 'campus-text'];
    const asked = { channels: ['file:///nowhere'], platforms: ['linux-64'], packages };
    await writeFile(join(folder.path, 'asked.json'), JSON.stringify(asked));
    const { cli } = await serve('--store', 'store', '--allowlist', 'asked.json');
    await cli.untilSaid("pixi add 'campus-text'\n");
  });

  it('finishes what is under way when it is told to stop, and says so; a second signal ends it at once', async () => {
    const { cli, url } = await serve('--store', 'store');
    const response = await fetch(url + large);
    const stuck = openSocket(url).on('error', () => undefined);
    stuck.write(rawRequest({ target: large }));
    await once(stuck, 'data');
    stuck.pause();
    cli.child.kill('SIGTERM');
    await cli.untilSaid('stopping, but 2 answers are under way still; Ctrl-C again ends at once\n');
    await expect(fetch(url + index)).rejects.toThrow();
    expect((await response.arrayBuffer()).byteLength).toBe(64 * 1024 ** 2);
    cli.child.kill('SIGTERM');
    expect((await cli.ended).status).toBe(143);
  });
});
