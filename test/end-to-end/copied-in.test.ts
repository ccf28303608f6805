import { once } from 'node:events';
import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verify } from '../../core/steps/verify.ts';
import { indexAll, indexProblems } from '../../local/pipeline/index-all.ts';
import { type SyncReport, sync, syncProblems } from '../../local/pipeline/sync.ts';
import { buildPackage } from '../../local/sample/build-package.ts';
import { nothingConfigured } from '../../local/world/known-allowlist.ts';
import { lab, useLab } from '../support/cli/lab.ts';
import { runCli } from '../support/cli/run-cli.ts';
import { small } from '../support/cli/start-lab.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/machine/temporary-folder.ts';

useLab();

let elsewhere: TemporaryFolder;
beforeEach(async () => {
  elsewhere = await temporaryFolder();
});
afterEach(() => elsewhere[Symbol.asyncDispose]());

const at = (path: string) => join(lab.store, 'conda', path);
const own = small('own 1.0', [], { subdir: 'win-64' });
const file = 'win-64/own-1.0-0.conda';

async function put(path: string, bytes: Uint8Array | string = 'not ours'): Promise<void> {
  await mkdir(dirname(at(path)), { recursive: true });
  await writeFile(at(path), bytes);
}

const copyIn = async (path = file) => put(path, (await buildPackage(own)).bytes);

const index = async (options: { readonly rebuild?: boolean } = {}) => {
  const indexed = await indexAll(nothingConfigured, lab.world, { log: () => {}, ...options });
  return indexProblems(indexed).map(({ code, subject }) => `${code} ${subject}`);
};
const damage = async () =>
  (await verify([], { ...lab.world, log: () => {} })).problems.map(({ code, key }) => `${code} ${key}`);
const served = async () => Object.keys(await lab.index('win-64'));
const emptySync = (): Promise<SyncReport> => sync(lab.allowlist([]), lab.world, () => {});

describe('the last package of a subdir, removed by hand', () => {
  it.each([
    ['index', () => index()],
    ['index --rebuild', () => index({ rebuild: true })],
    ['a sync that names other platforms', async () => syncProblems(await emptySync())],
  ])('leaves the index by %s', async (_, run) => {
    await lab.publish([]);
    await copyIn();
    expect(await index()).toEqual([]);
    expect(await served()).toEqual(['own-1.0-0.conda']);
    await rm(at(file));
    expect(await run()).toEqual([]);
    expect(await served()).toEqual([]);
    expect(await damage()).toEqual([]);
  });

  it('leaves it too where the state is lost, or where control is all that is left', async () => {
    await copyIn();
    await index();
    await rm(at(file));
    await rm(join(lab.store, '_gatehouse/state'), { recursive: true });
    expect(await index()).toEqual([]);
    expect(await served()).toEqual([]);
    await rm(join(lab.store, '_gatehouse/state'), { recursive: true });
    await rm(at('win-64'), { recursive: true });
    await mkdir(join(lab.store, '_gatehouse/control/conda'), { recursive: true });
    await writeFile(join(lab.store, '_gatehouse/control/conda/win-64.json'), '{"version":1,"packages":{}}');
    expect(await index()).toEqual([]);
    expect([await served(), await damage()]).toEqual([[], []]);
  });

  it('a channel of another program, with an empty subdir, verifies once it is indexed', async () => {
    const empty = JSON.stringify({ info: { subdir: 'linux-64' }, packages: {}, 'packages.conda': {}, removed: [] });
    await put('linux-64/repodata.json', empty);
    await put('linux-64/repodata.json.zst', zstdCompressSync(empty));
    await copyIn('win-64/own-1.0-0.conda');
    expect(await index()).toEqual([]);
    expect(await damage()).toEqual([]);
  });
});

describe('what was copied in and cannot be taken', () => {
  it('is named by index, sync and verify, and stops none of them', async () => {
    await lab.publish([]);
    await copyIn();
    await put('win-64/my_package-0.1.tar.bz2');
    await put('win-64/wheel-1.0-py3-none-any.whl');
    await put('Win-64/x-1.0-0.conda');
    await put('x-1.0-0.conda');
    await put('win-64/unpacked-1.0-0.conda/info/index.json');
    await put('win-64/.DS_Store');
    await mkdir(at('win-64/empty-1.0-0.conda'));
    await symlink('loop-1.0-0.conda', at('win-64/loop-1.0-0.conda'));
    await symlink(elsewhere.path, at('win-64/folder-1.0-0.conda'));
    await symlink(elsewhere.path, at('elsewhere'));
    await using socket = createServer().listen(at('win-64/socket-1.0-0.conda'));
    await once(socket, 'listening');
    const strays = [
      ...['Win-64/x-1.0-0.conda', 'elsewhere', 'win-64/empty-1.0-0.conda/', 'win-64/folder-1.0-0.conda'],
      ...['win-64/loop-1.0-0.conda', 'win-64/my_package-0.1.tar.bz2', 'win-64/socket-1.0-0.conda'],
      ...['win-64/unpacked-1.0-0.conda/', 'win-64/wheel-1.0-py3-none-any.whl', 'x-1.0-0.conda'],
    ].map((path) => `stray conda/${path}`);
    expect((await index()).sort()).toEqual(strays.map((stray) => `index.${stray}`));
    expect((await damage()).sort()).toEqual(strays.map((stray) => `verify.${stray}`));
    const synced = await emptySync();
    expect(synced.strays.every(({ hint }) => hint !== undefined)).toBe(true);
    expect(
      syncProblems(synced)
        .map(({ code, subject }) => `${code} ${subject}`)
        .sort(),
    ).toEqual(strays.map((stray) => `index.${stray}`));
    expect(await served()).toEqual(['own-1.0-0.conda']);
  });

  it('a link in the place of a package that is indexed is named, and the package leaves the index', async () => {
    await copyIn();
    await index();
    await rename(at(file), join(elsewhere.path, 'own'));
    await symlink(join(elsewhere.path, 'own'), at(file));
    expect(await index()).toEqual([`index.stray conda/${file}`]);
    expect(await served()).toEqual([]);
    expect(await damage()).toEqual([`verify.stray conda/${file}`]);
  });

  it('a subdir that is a link is refused by name, keeps its index, and the others are indexed', async () => {
    await copyIn();
    await index();
    await rename(at('win-64'), join(elsewhere.path, 'win-64'));
    await symlink(join(elsewhere.path, 'win-64'), at('win-64'));
    const before = await readFile(join(elsewhere.path, 'win-64/repodata.json'), 'utf8');
    await rm(at('noarch'), { recursive: true });
    await expect(index()).rejects.toMatchObject({ code: 'store.broken', message: expect.stringContaining('win-64') });
    expect(JSON.parse(await readFile(at('noarch/repodata.json'), 'utf8'))).toMatchObject({
      info: { subdir: 'noarch' },
    });
    expect(await readFile(join(elsewhere.path, 'win-64/repodata.json'), 'utf8')).toBe(before);
  });
});

describe('what verify says of a damaged package', () => {
  const hintOf = async (key: string) =>
    (await verify([], { ...lab.world, log: () => {} })).problems.find((problem) => problem.key === key)?.hint;

  it('is true: only what was fetched comes back by a sync', async () => {
    await lab.publish([small('app 1.0')]);
    await sync(lab.allowlist(['app']), lab.world, () => {});
    await copyIn();
    await index();
    await put('linux-64/app-1.0-0.conda');
    await put(file);
    expect(await hintOf('conda/linux-64/app-1.0-0.conda')).toContain('gatehouse sync fetches it again');
    expect(await hintOf(`conda/${file}`)).toContain('copy the right file there again');
    await rm(at('linux-64/app-1.0-0.conda'));
    await rm(at(file));
    await sync(lab.allowlist(['app']), lab.world, () => {});
    expect(Object.keys(await lab.index('linux-64'))).toEqual(['app-1.0-0.conda']);
    expect(await served()).toEqual([]);
    expect(await damage()).toEqual([]);
  });
});

it('index --json names each as it is, even one that would be a command to a runner', async () => {
  const name = '##[error]x-1-0.conda';
  await put(`noarch/${name}`);
  const { stdout } = await runCli(['index', '--json', '--store', lab.store], { cwd: elsewhere.path });
  expect(stdout).not.toContain('##');
  expect(JSON.parse(stdout)).toMatchObject({ problems: [{ code: 'index.stray', subject: `conda/noarch/${name}` }] });
});
