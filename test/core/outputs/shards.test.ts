import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changedNames } from '../../../core/index/changed-names.ts';
import { packageFileNameSchema, packageFileParts } from '../../../core/names/package-file-name.ts';
import type { IndexEntry } from '../../../core/outputs/entries/index-entry.ts';
import { buildShards, entriesByName } from '../../../core/outputs/shards/build-shards.ts';
import { formPackages } from '../../support/index/form-packages.ts';
import { allOf, lineOf, sourceOf } from '../../support/index/form-source.ts';
import { unpacked } from '../../support/index/shards-as-json.ts';

const hash = (digits: number) => Buffer.from(`"${'ab'.repeat(digits / 2)}"`);
const record = Buffer.concat([Buffer.from('{"md5":'), hash(32), Buffer.from(',"sha256":'), hash(64), Buffer.from('}')]);

function lineNamed(text: string, kind: IndexEntry['kind'] = 'listed'): IndexEntry {
  const nothing = Buffer.from('{}');
  return {
    filename: packageFileNameSchema.parse(text),
    etag: '',
    size: 1,
    kind,
    record,
    runExports: nothing,
    facts: nothing,
  };
}

/** Names, versions and builds that sort across each other: `a-1-0`, `a-a-1-0`, `a-a1-0`. */
const part = fc.stringMatching(/^[ab1][ab1]?$/);
const fileNames = fc.uniqueArray(
  fc
    .tuple(fc.array(part, { minLength: 3, maxLength: 5 }), fc.constantFrom('.conda', '.tar.bz2'))
    .map(([parts, format]) => parts.join('-') + format),
  { maxLength: 40 },
);

const nameIn = (filename: string): string => packageFileParts(packageFileNameSchema.parse(filename)).name;

describe('lines by name', () => {
  test('hold each line once, all of a name together, of wanted names only', async () => {
    const batch = fc.integer({ min: 1, max: 5 });
    const wanted = fc.option(fc.uniqueArray(part), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(fileNames, batch, wanted, async (names, size, only) => {
        const source = sourceOf(
          'linux-64',
          names.map((name) => lineNamed(name)),
          size,
        );
        const found = await allOf(entriesByName(source, only && new Set(only)));
        const grouped = Map.groupBy([...names].sort(), (name) => nameIn(name));
        const expected = [...grouped].filter(([name]) => only === undefined || only.includes(name)).sort();
        const rows = found.map(({ name, entries }) => [name, entries.map(({ filename }) => filename).sort()]);
        expect(rows.sort()).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a shard', () => {
  test('has its hashes as bytes, its run_exports, and what was withdrawn of its name', async () => {
    const source = sourceOf('linux-64', [lineNamed('a-1-0.conda'), lineNamed('a-2-0.tar.bz2', 'withdrawn')]);
    const [shard] = await allOf(buildShards(source));
    const hashes = { md5: new Uint8Array(16).fill(0xab), sha256: new Uint8Array(32).fill(0xab) };
    expect(unpacked(shard?.bytes ?? expect.fail())).toEqual({
      packages: {},
      'packages.conda': { 'a-1-0.conda': { ...hashes, run_exports: {} } },
      removed: ['a-2-0.tar.bz2'],
    });
  });

  test('is made for no name of which nothing is listed', async () => {
    const source = sourceOf('linux-64', [lineNamed('a-1-0.conda', 'withdrawn'), lineNamed('b-1-0.conda', 'problem')]);
    expect(await allOf(buildShards(source))).toEqual([]);
  });

  test('is the same for the names that did not change, whatever became of the others', async () => {
    const files = formPackages.filter(({ subdir }) => subdir === 'linux-64');
    const lines = await Promise.all(files.map((file) => lineOf(file)));
    await fc.assert(
      fc.asyncProperty(fc.subarray(lines), fc.subarray(lines), async (before, after) => {
        const all = async (some: readonly IndexEntry[], only?: ReadonlySet<string>) => {
          const shards = await allOf(buildShards(sourceOf('linux-64', some), only));
          return new Map(shards.map(({ name, sha256 }) => [name, sha256]));
        };
        const changed = changedNames(before, after);
        const kept = [...(await all(before))].filter(([name]) => !changed.has(name));
        expect(new Map([...kept, ...(await all(after, changed))])).toEqual(await all(after));
      }),
      { numRuns: 30 },
    );
  });
});
