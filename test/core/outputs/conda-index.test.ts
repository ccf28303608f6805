import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { outputs } from '../../../core/outputs/outputs.ts';
import { parsePatchInstructions } from '../../support/cli/patch-instructions.ts';
import { formInstructions, formPackages } from '../../support/index/form-packages.ts';
import { collected, sourcesOf } from '../../support/index/form-source.ts';
import { jsonDifferences } from '../../support/index/json-differences.ts';
import { shardsAsJson } from '../../support/index/shards-as-json.ts';

/** conda-index's own output on the same packages: golden/README.md says how it was made. */
const golden = (path: string) => readFile(new URL(`./golden/${path}.golden`, import.meta.url), 'utf8');

const runExportsInfo = (platform: string, arch: string) => [
  // CEP 12 has all four keys, and version 0.
  `/info/arch: ours "${arch}", theirs nothing`,
  `/info/platform: ours "${platform}", theirs nothing`,
  '/info/version: ours 0, theirs 1',
];

// A null is no md5; CEP 36 has the key for packages that were transmuted.
const noTwin = (...filenames: string[]) =>
  filenames.map((filename) => `/packages.conda/${filename}/legacy_bz2_md5: ours nothing, theirs null`);

const current = [
  'alpha-1.10-h0_0.conda',
  'alpha-1.10-h0_1.conda',
  'alpha-1.9-h0_0.conda',
  'beta-b-1.0-0.conda',
  'delta-1.0-plain_1.conda',
  'delta-1.1-feat_0.conda',
];

const channeldata = (beta: number) => [
  // Ours are of the version's older build, which has them: the newest that has a field decides, so that the result
  // depends on no order. conda-index asks the newest build alone.
  '/packages/alpha/dev_url: ours "https://dev.example", theirs nothing',
  '/packages/alpha/identifiers: ours ["x:y"], theirs nothing',
  '/packages/alpha/source_url: ours "https://src.example/alpha-1.10.tar.gz", theirs nothing',
  // CEP 38: the most recent of all records. conda-index's is that of whichever it read last.
  `/packages/beta/timestamp: ours ${beta}, theirs 1500000000`,
  '/packages/libc/timestamp: ours 1700777600, theirs 1700086400',
];

/** Every difference there is, and why. What is not named is byte for byte the same. */
const differences: Readonly<Record<string, readonly string[]>> = {
  'plain/linux-64/current_repodata.json': noTwin(...current, 'libc-2.1-0.conda'),
  'plain/noarch/current_repodata.json': noTwin('alpha-1.2-py_0.conda'),
  'plain/linux-64/run_exports.json': runExportsInfo('linux', '64'),
  'plain/noarch/run_exports.json': runExportsInfo('noarch', 'noarch'),
  'plain/channeldata.json': channeldata(1_700_432_000),
  'patched/linux-64/current_repodata.json': noTwin(...current, 'libc-2.0-0.conda', 'libc-2.1-0.conda'),
  'patched/noarch/current_repodata.json': noTwin('alpha-1.2-py_0.conda'),
  'patched/linux-64/run_exports.json': runExportsInfo('linux', '64'),
  'patched/noarch/run_exports.json': runExportsInfo('noarch', 'noarch'),
  'patched/channeldata.json': channeldata(1_700_000_000),
};

async function compare(path: string, ours: string): Promise<void> {
  const theirs = await golden(path);
  const listed = differences[path];
  expect(jsonDifferences(JSON.parse(ours), JSON.parse(theirs))).toEqual(listed ?? []);
  if (listed === undefined) expect(ours).toBe(theirs);
}

describe.each(['plain', 'patched'])('conda-index on the same packages, %s', async (kind) => {
  const text = JSON.stringify(formInstructions);
  const instructions = kind === 'plain' ? null : parsePatchInstructions(text, 'patches/test.json');
  const sources = await sourcesOf(formPackages, instructions);

  for (const { file, making } of outputs) {
    if (making.from === 'channel') {
      test(file, async () => compare(`${kind}/${file}`, await collected(making.build([...sources.values()]))));
    }
    if (making.from === 'subdir') {
      test.each([...sources])(`${file} of %s`, async (subdir, source) => {
        await compare(`${kind}/${subdir}/${file}`, await collected(making.build(source)));
      });
    }
  }

  // conda-index applies no instructions to shards when they name file names (golden/README.md).
  test.each(kind === 'plain' ? [...sources] : [])('shards of %s', async (subdir, source) => {
    const theirs: unknown = JSON.parse(await golden(`plain/${subdir}/shards`));
    const created = '/info/created_at: ours "2024-01-01T00:00:00Z", theirs "2026-11-20T10:21:31Z"';
    // Beside thousands of packages the shards would slow every listing.
    const base = '/info/shards_base_url: ours "./shards/", theirs ""';
    expect(jsonDifferences(await shardsAsJson(source), theirs)).toEqual([created, base]);
  });
});
