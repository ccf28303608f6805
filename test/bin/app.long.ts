import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
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
  const boundary = { '@aws-cdk/core:permissionsBoundary': { name: 'developers' } };
  await app({ bz2: 'on', 'aws:cdk:enable-asset-metadata': true, ...boundary }, folder.path);
  const text = readFileSync(join(folder.path, 'Gatehouse.template.json'), 'utf8');
  const template = plainTemplate(parseJson(text, z.json(), 'the template'));
  for (const { Properties } of template.of('AWS::IAM::Role'))
    expect(Properties['PermissionsBoundary']).toMatch(/:policy\/developers$/);
  const functions = template.of('AWS::Lambda::Function');
  expect(functions).toHaveLength(7);
  for (const { id, Metadata } of functions) {
    const bundle = join(folder.path, assetSchema.parse(Metadata)['aws:asset:path']);
    expect([id, existsSync(join(bundle, 'index.mjs'))]).toEqual([id, true]);
    expect([id, existsSync(join(bundle, 'bzip2-worker.mjs'))]).toEqual([id, /^Channel(?:Indexer|Downloader)/.test(id)]);
  }
});

test('what needs no bundles, as `cdk ls`, makes none', async () => {
  await using folder = await temporaryFolder();
  await app({ stack: 'Research', 'aws:cdk:bundling-stacks': [], 'aws:cdk:enable-asset-metadata': true }, folder.path);
  const text = readFileSync(join(folder.path, 'Research.template.json'), 'utf8');
  const functions = plainTemplate(parseJson(text, z.json(), 'the template')).of('AWS::Lambda::Function');
  for (const { Metadata } of functions) {
    const code = join(folder.path, assetSchema.parse(Metadata)['aws:asset:path'], 'index.mjs');
    expect(readFileSync(code, 'utf8')).toMatch(/^\/\/ .* was not bundled/);
  }
});

test('a context that cannot be is said, and nothing is made', async () => {
  await using folder = await temporaryFolder();
  const failed = app({ retain: 'long', cdn: 'maybe' }, folder.path);
  await expect(failed).rejects.toMatchObject({
    stderr:
      'error: The context (-c, cdk.json) cannot be read:\n  cdn: expected on or off\n  retain: expected a whole number\n',
  });
  expect(existsSync(join(folder.path, 'Gatehouse.template.json'))).toBe(false);
});

test('an allowlist that cannot be read is told of as by plan, once, and nothing is made', async () => {
  await using folder = await temporaryFolder();
  const allowlist = join(folder.path, 'allowlist.json');
  writeFileSync(allowlist, '{ "channels": [],\n  "platforms" ["linux-64"] }');
  const out = join(folder.path, 'cdk.out');
  const plan = run(process.execPath, ['bin/gatehouse.ts', 'plan', '--allowlist', allowlist], { cwd: root });
  const said = await plan.then(
    () => '',
    ({ stderr }: { stderr: string }) => stderr,
  );
  expect(said).toMatch(/^error: .*allowlist\.json:2:15: /);
  await expect(app({ allowlist }, out)).rejects.toMatchObject({ code: 1, stdout: '', stderr: said });
  expect(existsSync(join(out, 'Gatehouse.template.json'))).toBe(false);
});
