import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TemporaryFolder, temporaryFolder } from '../support/machine/temporary-folder.ts';
import { filesIn, gatehouse, publishHome } from '../support/publish/publish-home.ts';

let folder: TemporaryFolder;
let home: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  home = await publishHome(folder.path);
});
afterAll(() => folder[Symbol.asyncDispose]());

describe('what is not done says why', () => {
  it.concurrent.each<[string, readonly string[], number, RegExp]>([
    ['no file', ['publish'], 2, /no file is named\nhint: gatehouse publish dist\/\*/],
    ['a folder', ['publish', 'dist'], 2, /dist is a folder\nhint: name the files in it: dist\/\*/],
    ['a file that is not there', ['publish', 'dist/nothing.whl'], 2, /dist\/nothing\.whl is not there/],
    ['another place', ['publish', '--to', 'production', 'dist/x'], 2, /--to is "production"\nhint: write --to staging/],
    ['no version', ['promote', 'demo'], 2, /a name and a version are wanted/],
    ['no name', ['promote', '-', '1.0'], 2, /"-" is no name of a project or package/],
    ['nothing staged', ['promote', 'demo', '1.0'], 1, /publish\.not-staged[\s\S]*staging holds nothing of demo/],
    ['no kind of file', ['publish', 'allowlist.json'], 1, /publish\.file-name[\s\S]*nothing was published/],
  ])('%s', async (_, args, status, said) => {
    const run = await gatehouse(home, ...args);
    expect([run.status, run.stderr]).toEqual([status, expect.stringMatching(said)]);
  });

  it('a store that was never synced: which names are reserved is not known', async () => {
    const run = await gatehouse(home, 'publish', '--store', 'other', ...filesIn('dist'));
    expect([run.status, run.stderr]).toEqual([
      2,
      expect.stringMatching(/never synced[\s\S]*--allowlist allowlist\.json/),
    ]);
    const named = ['--allowlist', 'allowlist.json', '--store', 'other', 'dist/demo-1.0.tar.gz'];
    expect((await gatehouse(home, 'publish', ...named)).status).toBe(0);
  });

  it('a name that is not reserved', async () => {
    await writeFile(join(home, 'open.json'), JSON.stringify({ channels: [], platforms: ['linux-64'], packages: [] }));
    const run = await gatehouse(home, 'publish', '--allowlist', 'open.json', ...filesIn('dist'));
    expect([run.status, run.stderr]).toEqual([1, expect.stringMatching(/publish\.not-reserved[\s\S]*reserves none/)]);
  });
});
