import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { parseJson } from '../../core/json/json.ts';
import type { CliRun } from '../support/cli/run-cli.ts';
import { folderDigests } from '../support/machine/folder-files.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/machine/temporary-folder.ts';
import { atRest, copyOf, damageIn, filesIn, gatehouse, publishHome } from '../support/publish/publish-home.ts';

const reportSchema = z.strictObject({
  to: z.enum(['channel', 'staging']),
  files: z.array(
    z.strictObject({
      key: z.string(),
      kind: z.enum(['wheel', 'sdist', 'package']),
      name: z.string(),
      version: z.string(),
      sha256: z.string(),
      status: z.enum(['stored', 'present']),
    }),
  ),
  warnings: z.array(z.looseObject({ code: z.string() })),
  problems: z.array(z.looseObject({ code: z.string() })),
});
const reportOf = ({ stdout }: CliRun) => parseJson(stdout, reportSchema, 'stdout');

let folder: TemporaryFolder;
/** A synced store that has python. */
let home: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  home = await publishHome(folder.path);
});
afterAll(() => folder[Symbol.asyncDispose]());

const wheel = 'simple/demo/demo-1.0-py3-none-any.whl';
const fileSchema = z.looseObject({ filename: z.string(), hashes: z.looseObject({ sha256: z.string() }) });
const pageSchema = z.looseObject({ files: z.array(fileSchema) });
const recordsSchema = z.looseObject({ 'packages.conda': z.record(z.string(), z.looseObject({ sha256: z.string() })) });

/** What a client reads of a part of the store: sha256 by file name. */
async function offered(at: string, part: '' | 'staging/') {
  const read = (path: string) => readFile(join(at, '.gatehouse', part, path), 'utf8');
  const page = parseJson(await read('simple/demo/index.json'), pageSchema, 'page');
  const records = ['noarch', 'linux-64'].map(async (subdir) =>
    parseJson(await read(`conda/${subdir}/repodata.json`), recordsSchema, subdir),
  );
  const packages = (await Promise.all(records)).flatMap((one) => Object.entries(one['packages.conda']));
  return Object.fromEntries([
    ...page.files.map(({ filename, hashes }) => [filename, hashes.sha256]),
    ...packages.flatMap(([name, { sha256 }]) => (name.startsWith('demo') ? [[name, sha256]] : [])),
  ]);
}

it('publish --to staging, promote: the same bytes for the same clients, told before they are written', async () => {
  const at = await copyOf(home, join(folder.path, 'promoted'));
  const staged = await gatehouse(at, 'publish', '--to', 'staging', '--json', ...filesIn('dist'));
  expect(staged.status, staged.stderr).toBe(0);
  expect(staged.stderr).toContain(`publishing wheel demo 1.0 (501.1 kB) as /staging/${wheel}`);
  expect(staged.stderr.indexOf('publishing source distribution')).toBeLessThan(staged.stderr.indexOf('indexed'));
  expect(staged.stderr).toContain('indexed staging/simple/demo: 2 files');
  expect(staged.stderr).toMatch(/^indexed staging\/noarch: 1 package/m);
  expect(reportOf(staged).files.map(({ kind, status }) => [kind, status])).toEqual([
    ['wheel', 'stored'],
    ['sdist', 'stored'],
    ['package', 'stored'],
    ['package', 'stored'],
  ]);
  const promoted = await gatehouse(at, 'promote', 'Demo', '1.0', '--json');
  expect(promoted.status, promoted.stderr).toBe(0);
  const files = reportOf(promoted).files;
  expect(files.map(({ key, sha256 }) => [`staging/${key}`, sha256])).toEqual(
    reportOf(staged).files.map(({ key, sha256 }) => [key, sha256]),
  );
  const byName = Object.fromEntries(files.map(({ key, sha256 }) => [key.slice(key.lastIndexOf('/') + 1), sha256]));
  expect(await offered(at, '')).toEqual(byName);
  expect(await offered(at, 'staging/')).toEqual(byName);
  expect(await damageIn(at)).toEqual([]);
  const before = await atRest(at);
  const again = await gatehouse(at, 'promote', 'demo', '1.0');
  expect([again.status, again.stderr]).toEqual([0, expect.stringContaining('was there   /simple/demo/')]);
  expect(await atRest(at)).toEqual(before);
});

it('publish: again it is there, and other bytes are refused with both hashes and change nothing', async () => {
  const at = await copyOf(home, join(folder.path, 'published'));
  expect((await gatehouse(at, 'publish', ...filesIn('dist'))).status).toBe(0);
  const before = await folderDigests(join(at, '.gatehouse'));
  const again = await gatehouse(at, 'publish', '--json', ...filesIn('dist'));
  expect(again.status).toBe(0);
  expect(reportOf(again).files.map(({ status }) => status)).toEqual(['present', 'present', 'present', 'present']);
  const other = await gatehouse(at, 'publish', ...filesIn('rebuilt'));
  expect(other.status).toBe(1);
  expect(other.stderr).toMatch(/publish\.used-name[\s\S]*sha256 [0-9a-f]{64}; these have sha256 [0-9a-f]{64}/);
  expect(other.stderr).toContain('hint: what was published never changes: raise the version');
  expect(other.stderr).not.toMatch(/already exist/i);
  expect(await folderDigests(join(at, '.gatehouse'))).toEqual(before);
});
