import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runExports } from '../../../core/outputs/repodata.ts';
import { formPackages } from '../../support/index/form-packages.ts';
import { collected, sourcesOf } from '../../support/index/form-source.ts';
import { temporaryFolder } from '../../support/machine/temporary-folder.ts';
import { condaInfoFiles } from '../../support/packages/conda-info-files.ts';

test('conda-package-streaming finds in every package the run_exports that run_exports.json says', async () => {
  await using folder = await temporaryFolder();
  for (const [subdir, source] of await sourcesOf(formPackages)) {
    await mkdir(join(folder.path, subdir));
    const own = formPackages.filter((file) => file.subdir === subdir);
    for (const { filename, bytes } of own) await writeFile(join(folder.path, subdir, filename), bytes);
    const told = condaInfoFiles(own.map(({ filename }) => join(folder.path, subdir, filename)));
    const form = JSON.parse(await collected(runExports(source)));
    const said = { ...form['packages'], ...form['packages.conda'] };
    expect(said).toEqual(
      Object.fromEntries(
        told.map(({ filename, files }) => [filename, { run_exports: files['info/run_exports.json'] ?? {} }]),
      ),
    );
  }
});
