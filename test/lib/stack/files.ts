import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { allowlistKey, patchKey } from '../../../core/layout/keys.ts';
import { subdirSchema } from '../../../core/names/subdir.ts';
import { temporaryFolder } from '../../support/machine/temporary-folder.ts';
import { synthesize } from '../../support/stack/synthesize.ts';
import { plain as template } from './templates.ts';

describe('the repository’s files', () => {
  const [files] = template.of('Custom::GatehouseFiles');

  test('are deployed under the keys that the pipeline reads', () => {
    expect(files?.Properties).toEqual({
      ServiceToken: expect.stringMatching(/^<ChannelDeployFiles/),
      ServiceTimeout: '600',
      files: [
        {
          bucket: expect.stringContaining('assets'),
          key: expect.stringMatching(/^[0-9a-f]{64}\.json$/),
          target: allowlistKey,
        },
      ],
    });
  });

  test('with the hotfixes, and anew when one changes', async () => {
    await using folder = await temporaryFolder();
    const allowlist = join(folder.path, 'allowlist.json');
    mkdirSync(join(folder.path, 'patches'));
    const deployed = (...packages: string[]) => {
      const list = { channels: ['https://a.example/c'], platforms: ['linux-64'], packages };
      writeFileSync(allowlist, JSON.stringify(list));
      writeFileSync(join(folder.path, 'patches/noarch.json'), '{ "patch_instructions_version": 1 }');
      return synthesize({ allowlist, cdn: false }).of('Custom::GatehouseFiles')[0]?.Properties['files'];
    };
    const before = deployed('a');
    expect(before).toMatchObject([{ target: allowlistKey }, { target: patchKey(subdirSchema.parse('noarch')) }]);
    expect(deployed('a')).toEqual(before);
    expect(deployed('b')).not.toEqual(before);
    writeFileSync(join(folder.path, 'patches/.DS_Store'), '');
    expect(deployed('a')).toEqual(before);
    writeFileSync(join(folder.path, 'patches/notes.txt'), '');
    expect(() => deployed()).toThrow('patches/notes.txt is not named for a subdir');
    rmSync(join(folder.path, 'patches/notes.txt'));
    writeFileSync(join(folder.path, 'patches/linux-fake.json'), '{}');
    expect(() => deployed()).toThrow('patches/linux-fake.json is not named for a subdir');
  });
});
