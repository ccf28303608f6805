import { cp, mkdir, readdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseJson } from '../../core/json/json.ts';
import { buildSampleChannel } from '../../local/sample/sample-channel.ts';
import { type CliRun, runCli, startCli } from '../support/cli/run-cli.ts';
import { folderDigests } from '../support/machine/folder-files.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/machine/temporary-folder.ts';

let folder: TemporaryFolder;
/** A folder with an allowlist and a store that was synced. */
let home: string;
let synced: CliRun;
beforeAll(async () => {
  folder = await temporaryFolder();
  home = join(folder.path, 'home');
  await mkdir(home);
  await buildSampleChannel(join(folder.path, 'upstream'));
  await writeAllowlist(home, ['campus-notebook']);
  synced = await runCli(['sync', '--json'], { cwd: home });
});
afterAll(() => folder[Symbol.asyncDispose]());

async function writeAllowlist(at: string, packages: readonly string[]): Promise<void> {
  const channels = [pathToFileURL(join(folder.path, 'upstream')).href];
  await writeFile(join(at, 'allowlist.json'), JSON.stringify({ channels, platforms: ['linux-64'], packages }));
}

/** A copy of the home, for tests that change it. */
async function copyOfHome(name: string): Promise<string> {
  await cp(home, join(folder.path, name), { recursive: true });
  return join(folder.path, name);
}

const document = (text: string) => parseJson(text, z.record(z.string(), z.unknown()), 'stdout');
const rows = (value: unknown) => z.array(z.record(z.string(), z.unknown())).parse(value);

describe('--json is one document on stdout, with nothing else, of the keys that are documented', () => {
  it('sync', () => {
    expect(synced.status).toBe(0);
    const { plan, fetched, applied, held, failed, indexed, simple, strays, proof, ...rest } = document(synced.stdout);
    expect(rest).toEqual({ staging: null });
    expect(plan).toMatchObject({ complete: true });
    expect(fetched).toHaveLength(6);
    expect({ applied, held, failed, strays }).toEqual({
      applied: { changed: [], dropped: [], hotfixed: [] },
      held: [],
      failed: [],
      strays: [],
    });
    expect(rows(indexed).map(({ subdir }) => subdir)).toEqual(['linux-64', 'noarch']);
    expect(simple).toEqual({ projects: [], changed: false, problems: [] });
    expect(proof).toMatchObject({ entries: [{ entry: 'campus-notebook', installable: true }], lost: [] });
    expect(synced.stderr).toContain('proof: 1 of 1 install from this channel alone');
  });

  it.concurrent('plan', async () => {
    const { status, stdout } = await runCli(['plan', '--json'], { cwd: home });
    expect(status).toBe(0);
    const { artifacts, add, drop, entries, simple, ...rest } = document(stdout);
    expect({ add, drop }).toEqual({ add: [], drop: [] });
    expect(simple).toEqual({ add: [], change: [], drop: [], entries: [], files: [] });
    const gate = { waiting: [], advisories: 'none' };
    const together = { apart: [], more: false };
    expect(rest).toEqual({
      made: true,
      complete: true,
      change: [],
      hotfix: [],
      problems: [],
      warnings: [],
      together,
      ...gate,
    });
    expect(rows(entries)).toHaveLength(1);
    const keys = ['subdir', 'filename', 'sha256', 'size', 'url', 'why'];
    expect(rows(artifacts).map((artifact) => keys.filter((key) => key in artifact))).toEqual(Array(6).fill(keys));
  });

  it.concurrent('index', async () => {
    const cwd = await copyOfHome('index');
    // A copy is of new files, of which nothing is known.
    await runCli(['index'], { cwd });
    const { status, stdout } = await runCli(['index', '--json'], { cwd });
    expect(status).toBe(0);
    expect(document(stdout)).toMatchObject({
      subdirs: { 'linux-64': { packages: 3, changed: false }, noarch: { packages: 3, changed: false } },
    });
  });

  it.concurrent('verify', async () => {
    const { status, stdout, stderr } = await runCli(['verify', '--json'], { cwd: home });
    expect(status).toBe(0);
    // Of each of six files that are served its verdict, and that verdict's entry of the ledger.
    const ledger = { entries: 6, head: expect.stringMatching(/^[0-9a-f]{64}$/) };
    expect(document(stdout)).toEqual({ checked: 27, problems: [], staging: null, ledger });
    expect(stderr).toMatch(/^27 objects checked, 0 problems\nledger: 6 entries, the last is [0-9a-f]{64}\n$/);
  });

  it.concurrent('verify with damage: status 1, and what to do about it', async () => {
    const cwd = await copyOfHome('damaged');
    const key = 'conda/noarch/campus-text-1.0-pyhd8ed1ab_0.conda';
    await truncate(join(cwd, '.gatehouse', key), 100);
    const { status, stdout, stderr } = await runCli(['verify', '--json'], { cwd });
    expect(status).toBe(1);
    expect(document(stdout)).toEqual({
      checked: 24,
      staging: null,
      ledger: { entries: 6, head: expect.any(String) },
      problems: [{ code: 'verify.bytes', key, detail: expect.any(String), hint: expect.stringContaining('sync') }],
    });
    expect(stderr).toMatch(/\nverify\.bytes: .*\nhint: delete it.*\n24 objects checked, 1 problem\nledger: .*\nhint: /);
  });
});

describe('plan', () => {
  it.concurrent('changes nothing, and shows what an edit would do and why', async () => {
    const cwd = await copyOfHome('planned');
    await writeAllowlist(cwd, ['campus-text', 'campus-fonts']);
    const before = await folderDigests(join(cwd, '.gatehouse/conda'));
    const control = await folderDigests(join(cwd, '.gatehouse/_gatehouse/control'));
    const text = await runCli(['plan'], { cwd });
    expect(text.status).toBe(0);
    expect(text.stdout).toContain('+ noarch/campus-fonts-1.0-0.tar.bz2 (');
    expect(text.stdout).toContain('  for campus-fonts\n');
    expect(text.stdout).toContain('- noarch/campus-notebook-2.0.0-pyhd8ed1ab_0.conda\n');
    const markdown = await runCli(['plan', '--markdown'], { cwd });
    expect(markdown.stdout).toMatch(/^## Gatehouse plan\n/);
    expect(await folderDigests(join(cwd, '.gatehouse/conda'))).toEqual(before);
    expect(await folderDigests(join(cwd, '.gatehouse/_gatehouse/control'))).toEqual(control);
  });
});

describe('demo', () => {
  it.concurrent.each(['_gatehouse', '_gatehouse/demo'])('empties nothing behind a link: %s', async (link) => {
    const [cwd, elsewhere] = [join(folder.path, `demo ${link.length}`), join(folder.path, `elsewhere ${link.length}`)];
    await mkdir(join(elsewhere, 'demo'), { recursive: true });
    await writeFile(join(elsewhere, 'demo/kept'), '');
    await mkdir(dirname(join(cwd, '.gatehouse', link)), { recursive: true });
    await symlink(elsewhere, join(cwd, '.gatehouse', link));
    const { status, stderr } = await runCli(['demo', '--once'], { cwd });
    expect([status, stderr]).toEqual([1, expect.stringContaining(`"${link}" in the store is a symbolic link`)]);
    expect(await readdir(join(elsewhere, 'demo'))).toEqual(['kept']);
  });
});

describe('what is outside', () => {
  it.concurrent.each([[['plan', '--json']], [['--help']]])(
    '%j | head: no stack, and the work is done',
    async (argv) => {
      const cli = startCli(argv, { cwd: home });
      cli.child.stdout.destroy();
      const { status, stderr } = await cli.ended;
      expect(status).toBe(0);
      expect(stderr).not.toMatch(/EPIPE|\n\s+at /);
    },
  );

  it.concurrent.each(['serve', 'up', 'demo'])(
    '%s at a port that is taken: status 2 and a hint, before any work',
    async (command) => {
      const cwd = await copyOfHome(`taken-${command}`);
      await writeAllowlist(cwd, ['campus-text', 'campus-fonts']);
      await mkdir(join(cwd, '.gatehouse/_gatehouse/demo'));
      await writeFile(join(cwd, '.gatehouse/_gatehouse/demo/earlier'), 'an earlier demo');
      const before = await folderDigests(cwd);
      const server = createServer();
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
      const port = z.object({ port: z.number() }).parse(server.address()).port;
      const { status, stderr } = await runCli([command, '--port', `${port}`], { cwd });
      expect(status).toBe(2);
      expect(stderr).toBe(
        `error: port ${port} is taken\nhint: choose another with --port, or 0 for any that is free\n`,
      );
      expect(await folderDigests(cwd)).toEqual(before);
      server.close();
    },
  );

  it.concurrent('a folder that cannot be made: the reason, no stack', async () => {
    const store = join(home, 'allowlist.json', 'below');
    const { status, stderr } = await runCli(['sync', '--store', store], { cwd: home });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: .*ENOTDIR/m);
    expect(stderr).not.toMatch(/\n\s+at |internal\.bug/);
  });

  it.concurrent('a clock that is none', async () => {
    const { status, stderr } = await runCli(['sync'], { cwd: home, env: { SOURCE_DATE_EPOCH: 'today' } });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^error: SOURCE_DATE_EPOCH is "today".*\nhint: /);
  });
});

it('demo --once builds, mirrors and proves the sample, leaves no process behind and touches nobody else’s files', async () => {
  const cwd = join(folder.path, 'demo');
  await mkdir(join(cwd, '.gatehouse/demo'), { recursive: true });
  await writeFile(join(cwd, '.gatehouse/demo/precious.txt'), 'made by hand');
  const { status, stderr } = await runCli(['demo', '--once'], { cwd });
  expect(status).toBe(0);
  expect(await folderDigests(join(cwd, '.gatehouse/demo'))).toHaveProperty(['precious.txt']);
  expect(stderr).toContain('proof: 22 of 22 install from this channel alone\n');
  const store = await folderDigests(join(cwd, '.gatehouse/_gatehouse/demo/store/conda'));
  expect(Object.keys(store)).toContain('noarch/campus-notebook-2.0.0-pyhd8ed1ab_0.conda');
  expect(Object.keys(store)).toContainEqual(expect.stringMatching(/^noarch\/campus-quiz-2\.1-.*\.conda$/));
  expect(Object.keys(store)).toContainEqual(expect.stringMatching(/^noarch\/campus-graphs-1\.10-.*\.conda$/));
  expect(Object.keys(store).join()).not.toContain('campus-arcade');
});
