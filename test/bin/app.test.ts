import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { parseJson } from '../../core/json/json.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';
import { plainTemplate } from '../support/stack/stack-template.ts';

const root = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);
const assetSchema = z.looseObject({ 'aws:asset:path': z.string() });

/** The app as the CDK's command line starts it: told by the environment what to make of it, and where. */
const app = (context: object, outdir: string) =>
  run(process.execPath, ['bin/app.ts'], {
    cwd: root,
    // Neither an account, nor credentials, nor a home.
    env: { CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: JSON.stringify(context) },
  });

test('it puts together all that a deployment needs, from the repository alone', async () => {
  await using folder = await temporaryFolder();
  await app({ bz2: 'on', 'aws:cdk:enable-asset-metadata': true }, folder.path);
  const text = readFileSync(join(folder.path, 'Gatehouse.template.json'), 'utf8');
  const functions = plainTemplate(parseJson(text, z.json(), 'the template')).of('AWS::Lambda::Function');
  expect(functions).toHaveLength(7);
  for (const { id, Metadata } of functions) {
    const bundle = join(folder.path, assetSchema.parse(Metadata)['aws:asset:path']);
    expect([id, existsSync(join(bundle, 'index.mjs'))]).toEqual([id, true]);
    expect([id, existsSync(join(bundle, 'bzip2-worker.mjs'))]).toEqual([id, /^Channel(?:Indexer|Downloader)/.test(id)]);
  }
});

test('a context that cannot be is said, and nothing is made', async () => {
  await using folder = await temporaryFolder();
  const failed = app({ retain: 'long', cdn: 'maybe' }, folder.path);
  await expect(failed).rejects.toThrow(
    /cannot be read:\n {2}cdn: expected on or off\n {2}retain: expected a whole number/,
  );
  expect(existsSync(join(folder.path, 'Gatehouse.template.json'))).toBe(false);
});
