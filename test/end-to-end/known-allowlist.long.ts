import { mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildSampleChannel } from '../../local/sample/sample-channel.ts';
import { runCli, startCli } from '../support/cli/run-cli.ts';
import { folderDigests, storeDigests } from '../support/machine/folder-files.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/machine/temporary-folder.ts';

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
  await buildSampleChannel(join(folder.path, 'upstream'), { forms: ['json'] });
});
afterAll(() => folder[Symbol.asyncDispose]());

let homes = 0;
/** A folder with an allowlist that is synced, and one beside it with another that is not. */
let home: string;
let shell: string;
let store: string;
beforeEach(async () => {
  home = join(folder.path, `home-${homes++}`);
  shell = join(home, 'shell');
  store = join(home, '.gatehouse');
  await mkdir(shell, { recursive: true });
  await write(home, ['campus-text']);
  await write(shell, ['campus-fonts'], { platforms: ['win-64'], forms: ['repodata_from_packages.json'] });
});

async function write(at: string, packages: readonly string[], more: object = {}): Promise<void> {
  const channels = [pathToFileURL(join(folder.path, 'upstream')).href];
  await writeFile(join(at, 'allowlist.json'), JSON.stringify({ channels, platforms: ['linux-64'], packages, ...more }));
}

const kept = () => readFile(join(store, '_gatehouse/allowlist.json'), 'utf8');
const subdirs = async () => (await readdir(join(store, 'conda'))).filter((name) => !name.includes('.')).sort();
const startServing = (cwd: string) => startCli(['serve', '--port', '0', '--store', store], { cwd });
/** Runs it where another allowlist lies. */
const elsewhere = (...args: readonly string[]) => runCli([...args, '--store', store], { cwd: shell });

describe('a store that was synced', () => {
  beforeEach(async () => {
    expect((await runCli(['sync'], { cwd: home })).status).toBe(0);
  });

  it('keeps its allowlist as it is written, and goes by it wherever a command is run', async () => {
    expect(await kept()).toBe(await readFile(join(home, 'allowlist.json'), 'utf8'));
    const before = await folderDigests(store);
    expect(await elsewhere('index')).toMatchObject({ status: 0 });
    expect(await elsewhere('verify')).toMatchObject({ status: 0 });
    expect(await elsewhere('prune', '--delete')).toMatchObject({ status: 0 });
    expect(await folderDigests(store)).toEqual(before);
  });

  it('goes by the one that is named, and does not keep it', async () => {
    const before = await kept();
    const named = ['--allowlist', join(shell, 'allowlist.json')] as const;
    expect((await elsewhere('verify', ...named)).stderr).toContain('verify.index-missing: conda/win-64/repodata.json');
    expect(await elsewhere('index', ...named)).toMatchObject({ status: 0 });
    expect(await subdirs()).toEqual(['linux-64', 'noarch', 'win-64']);
    expect(await elsewhere('verify', ...named)).toMatchObject({ status: 0 });
    expect(await kept()).toBe(before);
    expect((await elsewhere('prune')).stdout).toContain('repodata_from_packages.json');
    expect((await elsewhere('prune', ...named)).stdout).toBe('');
    expect(await elsewhere('index', '--allowlist', 'nowhere.json')).toMatchObject({ status: 2 });
  });

  it('holds a sync that would empty it until it is told yes; plan is not held', async () => {
    await write(home, ['campus-fonts']);
    // All but how the sync went, which is written down.
    const content = async () => ({ ...(await storeDigests(store)), '_gatehouse/last-sync.json': null });
    const before = await content();
    const held = await runCli(['sync', '--json'], { cwd: home });
    expect(held).toMatchObject({ status: 1, stdout: '' });
    expect(held.stderr).toMatch(/^error: .* would leave the channel; nothing was changed:$/m);
    expect(held.stderr).toMatch(/^hint: .*gatehouse sync --yes/m);
    expect(await content()).toEqual(before);
    expect(await runCli(['plan'], { cwd: home })).toMatchObject({ status: 0 });
    expect(await runCli(['sync', '--yes'], { cwd: home })).toMatchObject({ status: 0 });
    expect(await kept()).toContain('campus-fonts');
  });

  it('under up serves on as it was, and says why', async () => {
    await write(home, ['campus-fonts'], { name: 'renamed' });
    const cli = startCli(['up', '--port', '0'], { cwd: home });
    await cli.untilSaid('pixi init');
    expect(cli.said.stderr).toContain('nothing was changed');
    const [, channel = ''] = /serving (http:\S+)/.exec(cli.said.stderr) ?? [];
    expect(channel).toMatch(/\/gatehouse$/);
    const text = await (await fetch(`${channel}/noarch/repodata.json`)).text();
    expect([text.includes('campus-text'), text.includes('campus-fonts')]).toEqual([true, false]);
    await write(home, ['campus-text', 'campus-fonts']);
    await cli.untilSaid('now installable: campus-fonts');
    cli.child.kill('SIGINT');
    expect((await cli.ended).status).toBe(0);
  });

  it('is served by the name that it says, and by another once it says so', async () => {
    await write(home, ['campus-text'], { name: 'acme' });
    const serve = startServing(shell);
    await serve.untilSaid('pixi init');
    const up = startCli(['up', '--port', '0'], { cwd: home });
    await up.untilSaid('pixi init');
    const [, url = '', name] = /serving (http:\S+)\/(\w+) \(/.exec(up.said.stderr) ?? [];
    expect([name, up.said.stderr.match(/\/conda\b/)]).toEqual(['acme', null]);
    const asked = (at: string) => fetch(`${url}/${at}/noarch/repodata.json`);
    const [named, plain, usual] = await Promise.all(['acme', 'conda', 'gatehouse'].map(asked));
    expect([named?.status, usual?.status]).toEqual([200, 404]);
    expect(await named?.text()).toBe(await plain?.text());
    expect(serve.said.stderr).toContain('/gatehouse (Ctrl-C stops)');
    await write(home, ['campus-text'], { name: 'other' });
    await up.untilSaid(`serving ${url}/other from now on`);
    expect((await asked('other')).status).toBe(200);
    expect((await asked('acme')).status).toBe(404);
    for (const cli of [up, serve]) cli.child.kill('SIGINT');
    expect((await Promise.all([up.ended, serve.ended])).map(({ status }) => status)).toEqual([0, 0]);
  });

  it('says of a damaged allowlist how it comes back, and serves all the same', async () => {
    await writeFile(join(store, '_gatehouse/allowlist.json'), '{');
    for (const command of ['index', 'verify', 'prune']) {
      const { status, stderr } = await elsewhere(command);
      expect([status, stderr]).toEqual([
        2,
        expect.stringMatching(/^error: _gatehouse\/allowlist\.json:1:2: .*\n *1 \| \{\n[\s\S]*hint: gatehouse sync /),
      ]);
    }
    const cli = startCli(['serve', '--port', '0', '--store', store], { cwd: shell });
    await cli.untilSaid('pixi init');
    cli.child.kill('SIGINT');
    expect((await cli.ended).status).toBe(0);
    expect(await runCli(['sync'], { cwd: home })).toMatchObject({ status: 0 });
    expect(await elsewhere('verify')).toMatchObject({ status: 0 });
  });

  it('is served by who cannot read its allowlist', async () => {
    // Larger than what is read whole, which takes no right away from root.
    await truncate(join(store, '_gatehouse/allowlist.json'), 2 ** 30);
    const cli = startCli(['serve', '--port', '0', '--store', store], { cwd: shell });
    await cli.untilSaid('pixi init');
    cli.child.kill('SIGINT');
    expect((await cli.ended).status).toBe(0);
  });

  it('gives an example of what installs from it when it is served', async () => {
    const cli = startCli(['serve', '--port', '0', '--store', store], { cwd: shell });
    await cli.untilSaid("pixi add 'campus-text'");
    cli.child.kill('SIGINT');
    expect((await cli.ended).status).toBe(0);
  });
});

describe('a store that was never synced', () => {
  it('has the subdirs that it has, whatever allowlist lies about; prune refuses it', async () => {
    await mkdir(store, { recursive: true });
    expect(await elsewhere('index')).toMatchObject({ status: 0 });
    expect(await subdirs()).toEqual(['noarch']);
    expect(await elsewhere('verify')).toMatchObject({ status: 0 });
    const { status, stderr } = await elsewhere('prune', '--delete');
    expect(status).toBe(2);
    expect(stderr).toMatch(/^error: the store was never synced.*\nhint: .*--allowlist FILE/);
    expect(await elsewhere('prune', '--allowlist', 'allowlist.json')).toMatchObject({ status: 0 });
  });
});
