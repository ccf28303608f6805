import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryCache } from '../../../../adapters/cache-memory.ts';
import { canonicalJson } from '../../../../core/json/json.ts';
import { sha256Of } from '../../../../core/names/digest.ts';
import { noarch } from '../../../../core/names/subdir.ts';
import { bytesSource } from '../../../../core/ports/byte-source.ts';
import type { DocumentCache } from '../../../../core/ports/cache.ts';
import { GatehouseError } from '../../../../core/problems/error.ts';
import { keepUpstream } from '../../../../core/solve/upstream-subdirs.ts';
import { acceptedVersion } from '../../../../core/upstream/accept-records.ts';
import { openUpstreamSubdir } from '../../../../core/upstream/open-channel.ts';
import { digestMembers } from '../../../../core/upstream/read-members.ts';
import { anyMembers, oddMembers } from '../../../support/record/odd-members.ts';
import { accepted } from '../../../support/record/served-records.ts';
import { at, channel, forms, record } from '../../../support/upstream/opened-upstream.ts';
import type { TestRepodata } from '../../../support/upstream/upstream-forms.ts';
import { testFiles, upstreamWorld } from '../../../support/upstream/upstream-world.ts';

const names = ['a', 'b', 'gone'];

/** Reads all names of a document in a form, by what a cache has kept, and keeps it. */
async function read(document: TestRepodata, form: keyof typeof forms, cache: DocumentCache) {
  const counted = { records: 0 };
  const files = testFiles(at(forms[form](document)));
  const { openSubdir, keep } = keepUpstream(async (from, subdir) => {
    const upstream = await openUpstreamSubdir(from, subdir, upstreamWorld(files.fetch));
    const records = async (name: string) => {
      counted.records += 1;
      return upstream?.records(name) ?? { records: [], problems: [] };
    };
    return upstream && { ...upstream, records };
  }, cache);
  const subdir = await openSubdir(channel, noarch);
  const found: unknown[] = [];
  for (const name of names) found.push(await subdir?.records(name));
  await keep();
  return { text: canonicalJson(found), asked: counted.records };
}

const named = fc.record({
  name: fc.constantFrom('a', 'b'),
  version: fc.constantFrom('1', '2', '3'),
  format: fc.constantFrom('.conda', '.tar.bz2'),
  odd: fc.oneof(fc.constant({}), anyMembers, fc.constant({ name: 'other' })),
});

const documentArbitrary: fc.Arbitrary<TestRepodata> = fc
  .record({
    base: fc.constantFrom('', 'https://elsewhere.example.org/'),
    removed: fc.subarray(['a-1-0.conda', 'b-2-0.tar.bz2', 'x-1-0.conda']),
    all: fc.array(named, { maxLength: 6 }),
  })
  .map(({ base, removed, all }) => {
    const section = (of: string) =>
      Object.fromEntries(
        all.flatMap(({ name, version, format, odd }) =>
          format === of ? [[`${name}-${version}-0${format}`, { ...record(name, version), ...odd }]] : [],
        ),
      );
    const info = { subdir: 'noarch', base_url: base };
    return { info, packages: section('.tar.bz2'), 'packages.conda': section('.conda'), removed };
  });

const kept: TestRepodata = {
  packages: { 'a-1-0.tar.bz2': { ...record('a'), timestamp: -1 }, 'b-1-0.tar.bz2': record('other') },
  'packages.conda': { 'a-2-0.conda': record('a', '2') },
};

describe.each(['flat', 'zst', 'shards'] as const)('records kept of a subdir in its %s form', (form) => {
  it('are what upstream has, whatever it had before', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(documentArbitrary, { minLength: 2, maxLength: 4 }), async (history) => {
        const cache = memoryCache();
        for (const document of history) {
          expect((await read(document, form, cache)).text).toBe((await read(document, form, memoryCache())).text);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('are asked for only where they changed', async () => {
    const cache = memoryCache();
    const first = await read(kept, form, cache);
    const again = await read(kept, form, cache);
    const changed = { ...kept, 'packages.conda': { 'a-2-0.conda': { ...record('a', '2'), license: 'MIT' } } };
    expect([again.text, first.asked, again.asked]).toEqual([first.text, 3, 1]);
    expect((await read(changed, form, cache)).asked).toBe(2);
  });

  it('are kept of each name that is new, whichever is read last', async () => {
    const cache = memoryCache();
    await read(kept, form, cache);
    const changed = { ...kept, 'packages.conda': { 'a-2-0.conda': { ...record('a', '2'), license: 'MIT' } } };
    await read(changed, form, cache);
    expect((await read(changed, form, cache)).asked).toBe(1);
  });

  it.each([
    ['withdrawn', { removed: ['a-2-0.conda'] }],
    ['elsewhere', { info: { subdir: 'noarch', base_url: 'https://elsewhere.example.org/' } }],
  ])('are read anew where a file is %s', async (_, change) => {
    const cache = memoryCache();
    const first = await read(kept, form, cache);
    const then = await read({ ...kept, ...change }, form, cache);
    expect(then.text).not.toBe(first.text);
    expect(then.text).toBe((await read({ ...kept, ...change }, form, memoryCache())).text);
  });

  it('are read anew where what was kept is damaged, or of another version', async () => {
    let bytes: Uint8Array = Buffer.alloc(0);
    const spied = memoryCache();
    const put: DocumentCache['put'] = async (url, etag, body) => {
      const document = await spied.put(url, etag, body);
      if (url.startsWith('gatehouse:records')) bytes = await document.read(0, document.size);
      return document;
    };
    const sound = await read(kept, form, { ...spied, put });
    const older = Buffer.from(Buffer.from(bytes).toString('latin1').replace('"accepted":1', '"accepted":0'), 'latin1');
    const damaged = [bytes.subarray(1), bytes.subarray(0, -1), bytes.subarray(0, 4), Buffer.alloc(0), older];
    expect(older.equals(bytes)).toBe(false);
    for (const one of damaged) {
      const get: DocumentCache['get'] = async () => ({ etag: null, ...bytesSource(one) });
      expect(await read(kept, form, { ...memoryCache(), get })).toEqual(sound);
    }
  });

  it('are of no matter to a plan where the cache takes no more', async () => {
    const full: DocumentCache = {
      get: async () => null,
      put: async () => Promise.reject(new GatehouseError('store.broken', 'full')),
    };
    expect((await read(kept, form, full)).text).toBe((await read(kept, form, memoryCache())).text);
  });
});

it('are named without reading a member whole that is larger than any is read', async () => {
  const size = 2_000_000_000;
  const spans: number[] = [];
  const read = async (start: number, end: number) => {
    spans.push(end - start);
    return Buffer.alloc(8);
  };
  await digestMembers({ size, read }, [100, size]);
  expect(spans).toEqual([16 * 1024 ** 2]);
});

it('are of the version that accepts them so: raise it where this changes', () => {
  const members = Object.fromEntries(oddMembers.map((odd, i) => [`1.${i}-0`, odd]));
  const found = canonicalJson(accepted('tool', members));
  expect([acceptedVersion, sha256Of(found)]).toEqual([
    1,
    'f14b95a74ba1e8ed0c7251afe87475bf03ce02c82d98e34d238a471988c074d2',
  ]);
});
