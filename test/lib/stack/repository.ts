import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { errorText } from '../../../local/render/messages.ts';
import { readAllowlist, readPatches } from '../../../local/world/repository-files.ts';
import { temporaryFolder } from '../../support/machine/temporary-folder.ts';
import { synthesize } from '../../support/stack/synthesize.ts';

const sound = '{ "channels": ["https://a.example/c"], "platforms": ["linux-64"], "packages": ["numpy"] }';
const noComma = sound.replace(', "packages"', '\n  "packages"');

/** What `gatehouse plan` says of the files before it asks anybody. */
const planSays = (allowlist: string): Promise<string> =>
  readAllowlist(allowlist)
    .then(() => readPatches(allowlist))
    .then(() => 'nothing', errorText);

function synthSays(allowlist: string): string {
  try {
    synthesize({ allowlist, cdn: false });
    return 'nothing';
  } catch (error) {
    return errorText(error);
  }
}

/** A folder with these files; gives what both say of it. */
async function said(files: Readonly<Record<string, string>>): Promise<[plan: string, synth: string]> {
  await using folder = await temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder.path, name)), { recursive: true });
    writeFileSync(join(folder.path, name), text);
  }
  const allowlist = join(folder.path, 'allowlist.json');
  return [await planSays(allowlist), synthSays(allowlist)];
}

describe('what the pipeline could not read is never deployed, and told of as by plan', () => {
  test.each<[what: string, files: Readonly<Record<string, string>>, expected: RegExp]>([
    ['a missing comma', { 'allowlist.json': noComma }, /allowlist\.json:2:3: .*\n/],
    ['a misspelt key', { 'allowlist.json': sound.replace('packages', 'pakages') }, /did you mean "packages"\?/],
    ['a version that is none', { 'allowlist.json': sound.replace('numpy', 'numpy >=1.2,') }, /allowlist\.json:1:/],
    ['not UTF-8', { 'allowlist.json': '\0\0' }, /allowlist\.json:1:1/],
    [
      'a hotfix with a misspelt key',
      { 'allowlist.json': sound, 'patches/noarch.json': '{ "patch_instructions_version": 1,\n  "revok": [] }' },
      /patches\/noarch\.json:2:3: unknown key "revok" — hint: did you mean "revoke"\?/,
    ],
    [
      'a hotfix that is cut off',
      { 'allowlist.json': sound, 'patches/linux-64.json': '{' },
      /patches\/linux-64\.json:1:2/,
    ],
    [
      'hotfixes of no subdir',
      { 'allowlist.json': sound, 'patches/linux64.json': '{}' },
      /patches\/linux64\.json is not named for a subdir\nhint: did you mean linux-64\.json\?/,
    ],
  ])('%s', async (_what, files, expected) => {
    const [plan, synth] = await said(files);
    expect(plan).toMatch(expected);
    expect(synth).toBe(plan);
  });

  test('what is sound goes through', async () => {
    const hotfixes = '{ "patch_instructions_version": 1, "revoke": ["a-1-0.conda"] }';
    const files = { 'allowlist.json': sound, 'patches/noarch.json': hotfixes, 'patches/.DS_Store': '' };
    expect(await said(files)).toEqual(['nothing', 'nothing']);
  });
});
