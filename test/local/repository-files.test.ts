import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPatches } from '../../local/world/repository-files.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/machine/temporary-folder.ts';

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

let homes = 0;
/** An allowlist's path with these files in `patches/` beside it. */
async function homeWith(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const home = join(folder.path, `${homes++}`);
  await mkdir(join(home, 'patches'), { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(join(home, 'patches', name), content);
  return join(home, 'allowlist.json');
}

const sound = '{"patch_instructions_version": 1, "remove": ["a-1-0.conda"]}';

describe('patches/ beside the allowlist', () => {
  it('need not be there', async () => {
    expect(await readPatches(join(folder.path, 'nowhere', 'allowlist.json'))).toEqual(new Map());
    expect(await readPatches('allowlist.json')).toEqual(new Map());
  });

  it('holds a file for each subdir, and hidden ones that are passed over', async () => {
    const hidden = { '.gitkeep': '', '.DS_Store': new Uint8Array([0, 0, 0, 1]) };
    const patches = await readPatches(await homeWith({ 'noarch.json': sound, 'win-64.json': sound, ...hidden }));
    expect([...patches.keys()]).toEqual(['noarch', 'win-64']);
    expect(patches.get([...patches.keys()][0] ?? expect.fail())).toMatchObject({ remove: ['a-1-0.conda'], revoke: [] });
  });

  it.each<[string, Record<string, string | Uint8Array>, string | RegExp]>([
    ['a name that is no subdir', { 'linux64.json': sound }, /linux64.json is not named for a subdir/],
    ['a platform that no machine is', { 'linux-fake.json': sound }, /linux-fake.json is not named for a subdir/],
    ['a name that is no JSON', { 'linux-64.json~': sound }, /is not named for a subdir/],
    ['no JSON', { 'noarch.json': '{\n  "patch_instructions_version": 1,\n}' }, /noarch.json:2:34: /],
    ['no UTF-8', { 'noarch.json': new Uint8Array([0x7b, 0xff]) }, /noarch.json:1:1: is not UTF-8/],
    ['no version', { 'noarch.json': '{}' }, /noarch.json:1:1: patch_instructions_version is missing/],
    [
      'another version',
      { 'noarch.json': '{"patch_instructions_version": 2}' },
      /noarch.json:1:2: patch_instructions_version is not a version that is known here/,
    ],
    [
      'an unknown key',
      { 'noarch.json': '{"patch_instructions_version": 1,\n "removes": []}' },
      /noarch.json:2:2: unknown key "removes" — hint: did you mean "remove"\?/,
    ],
    [
      'a key twice',
      { 'noarch.json': '{"patch_instructions_version": 1,\n "remove": [],\n "remove": []}' },
      /noarch.json:3:2: /,
    ],
    [
      'what cannot be patched, and what is no package',
      {
        'noarch.json':
          '{"patch_instructions_version": 1,\n "packages": {\n  "a-1-0.conda": {"sha256": ""}},\n "revoke": ["a"]}',
      },
      /noarch.json:3:3: a-1-0.conda is not the name of a .tar.bz2 package[\s\S]*noarch.json:3:19: sha256 cannot be patched/,
    ],
    [
      'a list of something else',
      { 'noarch.json': '{"patch_instructions_version": 1,\n "revoke": ["a"]}' },
      /noarch.json:2:13: item 1 is no package file name/,
    ],
  ])('with %s is an error that says where', async (_, files, message) => {
    const error = await readPatches(await homeWith(files)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'patches.invalid', message: expect.stringMatching(message) });
    expect(error).toHaveProperty('hint', expect.stringMatching(/\w/));
  });

  it('with a misspelt platform in it is an error that says which was meant', async () => {
    await expect(readPatches(await homeWith({ 'linux64.json': sound }))).rejects.toMatchObject({
      hint: 'did you mean linux-64.json?',
    });
  });

  it('with a folder in it is an error', async () => {
    const allowlist = await homeWith({});
    await mkdir(join(allowlist, '..', 'patches', 'noarch.json'));
    await expect(readPatches(allowlist)).rejects.toThrow('noarch.json is a folder');
  });
});
