import fc from 'fast-check';
import { expect, it } from 'vitest';
import { channeldataPart } from '../../../core/index/channel/channeldata-part.ts';
import type { StatePlace } from '../../../core/index/manifest.ts';
import { entriesSource, stateSource } from '../../../core/index/state-source.ts';
import { canonicalJson, compareCodePoints } from '../../../core/json/json.ts';
import { channeldataPartKey, type ObjectKey } from '../../../core/layout/keys.ts';
import { packageFileNameSchema, packageFileParts } from '../../../core/names/package-file-name.ts';
import { type Subdir, subdirSchema } from '../../../core/names/subdir.ts';
import { compareVersionTexts, newestOf } from '../../../core/names/version/version-texts.ts';
import { joinParts } from '../../../core/outputs/channeldata/channeldata.ts';
import { subdirPart } from '../../../core/outputs/channeldata/subdir-part.ts';
import type { IndexEntry } from '../../../core/outputs/entries/index-entry.ts';
import { cutState } from '../../support/index/cut-states.ts';
import { memoryStore } from '../../twins/store-memory.ts';

const [noarch, linux64, win64] = ['noarch', 'linux-64', 'win-64'].map((name) => subdirSchema.parse(name));
const partKey = (subdir: Subdir) => channeldataPartKey('conda', subdir);
const part = Buffer.from;
const json = (value: unknown) => part(canonicalJson(value), 'latin1');

/** What a package says of itself; of few values, so that there are ties. */
interface Said {
  readonly filename: string;
  readonly kind: IndexEntry['kind'];
  readonly timestamp: number;
  readonly home: string | null;
  readonly license: string | null;
  readonly flag: boolean;
  readonly runExports: string | null;
}

const aPackage: fc.Arbitrary<Said> = fc.record({
  // 1.0 and 1.0.0 are equal; files of `a-b` lie between those of `a`.
  filename: fc
    .tuple(
      fc.constantFrom('a', 'a-b', 'b', 'zlib'),
      fc.constantFrom('1.0', '1.0.0', '1.1', '2.0.dev1'),
      fc.constantFrom('0', 'h_1'),
      fc.constantFrom('.conda', '.tar.bz2'),
    )
    .map(([name, version, build, format]) => `${name}-${version}-${build}${format}`),
  kind: fc.constantFrom('listed', 'listed', 'listed', 'withdrawn'),
  timestamp: fc.constantFrom(0, 1000, 2000).map((ms) => ms + 1_700_000_000_000),
  home: fc.constantFrom(null, 'x', 'y'),
  license: fc.constantFrom(null, 'MIT', 'é'),
  flag: fc.boolean(),
  runExports: fc.constantFrom(null, null, 'one', 'two'),
});

const somePackages = fc
  .uniqueArray(aPackage, { selector: ({ filename }) => filename, maxLength: 25 })
  .map((all) => all.sort((a, b) => compareCodePoints(a.filename, b.filename)));
const cuts = fc.array(fc.nat(15), { maxLength: 5 });

function entryOf({ filename, kind, timestamp, home, license, flag, runExports }: Said): IndexEntry {
  const { name, version } = packageFileParts(filename);
  const record = { name, version, timestamp, ...(license !== null && { license }) };
  const facts = { ...(home !== null && { about: { home } }), ...(flag && { flags: ['post_link'] }) };
  return {
    filename: packageFileNameSchema.parse(filename),
    etag: 'x',
    size: 1,
    kind,
    record: json(kind === 'listed' ? record : {}),
    runExports: json(runExports === null ? {} : { weak: [runExports] }),
    facts: json(facts),
  };
}

it('is the same as made anew, whatever came and went since the last time', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(somePackages, cuts), { minLength: 2, maxLength: 4 }), async (history) => {
      const place = { store: memoryStore(), channel: 'conda', subdir: noarch } as StatePlace;
      for (const [said, where] of history) {
        const manifest = await cutState(place, said.map(entryOf), where);
        const anew = await subdirPart(stateSource(place, manifest));
        expect(text(await channeldataPart(place, manifest, false))).toBe(text(anew));
        expect(text(await channeldataPart(place, manifest, true))).toBe(text(anew));
      }
    }),
  );
});

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

it('of all subdirs joined is what all packages together give, one after the other', async () => {
  await fc.assert(
    fc.asyncProperty(somePackages, somePackages, somePackages, async (...saids) => {
      const subdirs = [noarch, win64, linux64].map((subdir, at) => ({
        subdir: subdir as Subdir,
        said: saids[at] ?? [],
      }));
      const parts = subdirs.map(async ({ subdir, said }) => {
        return { subdir, part: await subdirPart(entriesSource(subdir, said.map(entryOf))) };
      });
      const joined = Buffer.concat([...joinParts(await Promise.all(parts))]).toString('latin1');
      const inOrder = subdirs.toSorted((a, b) => compareCodePoints(a.subdir, b.subdir));
      expect(joined).toBe(`${canonicalJson(together(inOrder))}\n`);
    }),
  );
});

type InSubdir = { readonly subdir: Subdir; readonly said: readonly Said[] };

/** CEP 38 the slow way: every package in memory, `.conda` first. */
function together(subdirs: readonly InSubdir[]) {
  const all = subdirs.flatMap(({ subdir, said }) => {
    const listed = said.filter(({ kind }) => kind === 'listed');
    const conda = listed.filter(({ filename }) => filename.endsWith('.conda'));
    const legacy = listed.filter(({ filename }) => filename.endsWith('.tar.bz2'));
    return [...conda, ...legacy].map((one) => ({ ...one, subdir, ...packageFileParts(one.filename) }));
  });
  const packages = [...Map.groupBy(all, ({ name }) => name)].map(([name, same]) => [name, shown(same)] as const);
  return {
    channeldata_version: 1,
    packages: Object.fromEntries(packages),
    subdirs: subdirs.map(({ subdir }) => subdir),
  };
}

function shown(same: readonly (Said & { subdir: Subdir; version: string })[]) {
  const best = (field: 'home' | 'license') =>
    same
      .filter((one) => one[field] !== null)
      .reduce<(typeof same)[number] | null>((held, one) => {
        if (held === null) return one;
        return (compareVersionTexts(one.version, held.version) || one.timestamp - held.timestamp) > 0 ? one : held;
      }, null);
  const builds = [...Map.groupBy(same, ({ subdir, version }) => `${subdir} ${version}`).values()].map((some) =>
    some.reduce((newest, one) => (one.timestamp > newest.timestamp ? one : newest)),
  );
  const flags = ['activate.d', 'binary_prefix', 'deactivate.d', 'post_link', 'pre_link', 'pre_unlink', 'text_prefix'];
  const hasFlag = builds.some(({ flag }) => flag);
  const exporting = builds.filter(({ runExports }) => runExports !== null);
  return {
    ...Object.fromEntries(flags.map((flag) => [flag, flag === 'post_link' && hasFlag])),
    home: best('home')?.home ?? undefined,
    license: best('license')?.license ?? undefined,
    run_exports: Object.fromEntries(exporting.map(({ version, runExports }) => [version, { weak: [runExports] }])),
    subdirs: [...new Set(same.map(({ subdir }) => subdir))],
    timestamp: Math.floor(Math.max(...same.map(({ timestamp }) => timestamp)) / 1000),
    version: newestOf(same.map(({ version }) => version).sort(compareCodePoints)),
  };
}

/** A store that tells what was read of it, and a subdir in it with a segment for each of four names. */
async function fourNames() {
  const read: string[] = [];
  const store = memoryStore({
    before: async (operation, where) => void (operation === 'read whole' && read.push(where)),
  });
  const place: StatePlace = { store, channel: 'conda', subdir: linux64 as Subdir };
  const said = ['a', 'b', 'c', 'd'].map((name) => ({ ...plain, filename: `${name}-1.0-0.conda` }));
  const stateOf = (some: readonly Said[]) => cutState(place, some.map(entryOf), [1, 2, 3]);
  return { store, place, said, stateOf, reads: () => read.splice(0) };
}

const plain: Omit<Said, 'filename'> = {
  kind: 'listed',
  timestamp: 1_700_000_000_000,
  home: 'x',
  license: null,
  flag: false,
  runExports: null,
};

it('is made of what changed alone, and of nothing where nothing did', async () => {
  const { place, said, stateOf, reads } = await fourNames();
  const before = await stateOf(said);
  await channeldataPart(place, before, false);
  const after = await stateOf(said.map((one) => (one.filename.startsWith('d') ? { ...one, home: 'y' } : one)));
  reads();
  const made = await channeldataPart(place, after, false);
  const unread = after.sections['packages.conda'].slice(0, 2).map(({ sha256 }) => sha256);
  const touched = reads();
  expect(touched.length).toBeGreaterThan(1);
  expect(touched.filter((key) => unread.some((sha256) => key.includes(sha256)))).toEqual([]);
  await channeldataPart(place, { ...after, generation: 7, revision: 9 }, false);
  expect(reads()).toEqual([partKey(place.subdir)]);
  expect(text(made)).toBe(text(await subdirPart(stateSource(place, after))));
});

it.each([
  ['is damaged', async (bytes: Uint8Array) => Buffer.from(bytes).fill('x', bytes.length - 5, bytes.length - 4)],
  ['is cut', async (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 10)],
  ['is empty', async () => new Uint8Array()],
])('is made anew when the one that was kept %s', async (_, harm) => {
  const { place, store, said, stateOf } = await fourNames();
  const manifest = await stateOf(said);
  const made = await channeldataPart(place, manifest, false);
  const key = partKey(place.subdir);
  await store.put(key, await harm((await store.read(key))?.bytes ?? new Uint8Array()));
  expect(text(await channeldataPart(place, manifest, false))).toBe(text(made));
});

it('is made anew when the segments that it was made from are gone', async () => {
  const { place, store, said, stateOf } = await fourNames();
  const before = await stateOf(said);
  await channeldataPart(place, before, false);
  const after = await stateOf(said.slice(1));
  const kept = new Set(after.sections['packages.conda'].map(({ sha256 }) => sha256));
  const gone = before.sections['packages.conda'].filter(({ sha256 }) => !kept.has(sha256));
  for (const { sha256 } of gone) {
    for (const key of [...store.objects.keys()].filter((one) => one.includes(sha256)))
      await store.delete(key as ObjectKey);
  }
  const anew = await subdirPart(stateSource(place, after));
  expect(gone.length).toBeGreaterThan(0);
  expect(text(await channeldataPart(place, after, false))).toBe(text(anew));
});
