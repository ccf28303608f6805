import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseJson } from '../../core/json/json.ts';
import { optionalIndexFiles } from '../../core/layout/index-files.ts';
import { buildChannel } from '../../local/sample/build-channel.ts';
import { runCli, startCli } from '../support/cli/run-cli.ts';
import { small } from '../support/cli/start-lab.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/machine/temporary-folder.ts';

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
  const packages = [small('app 1.0', ['lib']), small('lib 1.0'), small('extra 1.0')];
  await buildChannel(join(folder.path, 'upstream'), packages, { forms: ['json'] });
});
afterAll(() => folder[Symbol.asyncDispose]());

let homes = 0;
async function newHome(more: object = {}): Promise<string> {
  const home = join(folder.path, `${homes++}`);
  await mkdir(join(home, 'patches'), { recursive: true });
  const channels = [pathToFileURL(join(folder.path, 'upstream')).href];
  const allowlist = { channels, platforms: ['linux-64'], packages: ['app', 'extra'], ...more };
  await writeFile(join(home, 'allowlist.json'), JSON.stringify(allowlist));
  return home;
}

const patch = (home: string, patches: object) =>
  writeFile(join(home, 'patches/linux-64.json'), JSON.stringify({ patch_instructions_version: 1, ...patches }));
const run = (cwd: string, ...args: string[]) => runCli(args, { cwd });
const document = (text: string) => parseJson(text, z.record(z.string(), z.unknown()), 'stdout');
const depends = (...specs: string[]) => ({ 'packages.conda': { 'app-1.0-0.conda': { depends: specs } } });
const app = 'linux-64/app-1.0-0.conda';

describe('forms', () => {
  it('are written by sync, kept up to date by any command, and verified', async () => {
    const home = await newHome({ forms: optionalIndexFiles });
    const synced = await run(home, 'sync');
    expect(synced.status, synced.stderr).toBe(0);
    expect(synced.stderr).toContain('compressing conda/linux-64/repodata.json.bz2');
    const files = await readdir(join(home, '.gatehouse/conda/noarch'));
    expect(files).toEqual(expect.arrayContaining([...optionalIndexFiles]));
    expect(await run(home, 'verify')).toMatchObject({ status: 0 });
    await rm(join(home, 'allowlist.json'));
    await rm(join(home, `.gatehouse/conda/${app}`));
    expect(await run(home, 'index')).toMatchObject({ status: 0 });
    expect(await run(home, 'verify')).toMatchObject({ status: 0 });
    await writeFile(join(home, '.gatehouse/conda/linux-64/repodata.json.bz2'), 'damaged');
    const damaged = await run(home, 'verify');
    expect(damaged.status).toBe(1);
    expect(damaged.stderr).toContain('verify.index-form: conda/linux-64/repodata.json.bz2: is not one bzip2 stream');
  });

  it('that are misspelt end with status 2, line, column and what was meant', async () => {
    const home = await newHome({ forms: ['repodata.json.bz'] });
    const { status, stderr } = await run(home, 'plan');
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /^error: allowlist.json:1:\d+: "repodata.json.bz" is not one of .* did you mean "repodata.json.bz2"\?/,
    );
  });
});

describe('hotfixes', () => {
  it('are planned, synced, and go with their file; one that would break an entry is held by name', async () => {
    const home = await newHome();
    await run(home, 'sync');
    await patch(home, depends('lib', 'extra'));
    expect(document((await run(home, 'plan', '--json')).stdout)).toMatchObject({ hotfix: [app], change: [] });
    const synced = await run(home, 'sync', '--json');
    expect(synced.status, synced.stderr).toBe(0);
    expect(document(synced.stdout)).toMatchObject({ applied: { hotfixed: [app] } });
    await patch(home, depends('lib >=9'));
    const held = await run(home, 'sync');
    expect(held.status).toBe(1);
    const reason = 'patches/linux-64.json sets depends; not done, since this would break app on linux-64';
    expect(held.stderr).toMatch(new RegExp(`held.hotfix: ${app}\\n +${reason}`));
    expect(held.stderr).toContain('proof: 2 of 2 install from this channel alone');
    await rm(join(home, 'patches'), { recursive: true });
    expect(document((await run(home, 'sync', '--json')).stdout)).toMatchObject({ applied: { hotfixed: [app] } });
    expect(await run(home, 'verify')).toMatchObject({ status: 0 });
  });

  it.each(['plan', 'sync', 'up'])(
    'that cannot be read end %s with status 2, before anything is done',
    async (command) => {
      const home = await newHome();
      await writeFile(join(home, 'patches/linux-64.json'), '{"patch_instructions_version": 1,\n "revok": []}');
      const { status, stderr } = await run(home, command);
      expect(status).toBe(2);
      expect(stderr).toMatch(
        /^error: patches\/linux-64.json:2:2: unknown key "revok" — hint: did you mean "revoke"\?\n/,
      );
      expect(await readdir(home)).toEqual(['allowlist.json', 'patches']);
    },
  );

  it('are followed by up, as the allowlist is', async () => {
    const home = await newHome();
    const { child, untilSaid, ended } = startCli(['up', '--port', '0'], { cwd: home });
    await untilSaid('pixi init');
    await patch(home, depends('lib', 'extra'));
    await untilSaid('hotfixed 1;');
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ status: 0 });
  });
});
