import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noarch } from '../../../core/names/subdir.ts';
import { openUpstreamSubdir } from '../../../core/upstream/open-channel.ts';
import { at, base, channel, forms, opened, record, sound } from '../../support/upstream/opened-upstream.ts';
import { flatForm, shardsForm, zstForm } from '../../support/upstream/upstream-forms.ts';
import { testFiles, upstreamWorld } from '../../support/upstream/upstream-world.ts';

describe('openUpstreamSubdir', () => {
  it('takes shards before zst before json, asking for no form behind the first it finds', async () => {
    const files = at({ ...flatForm(sound), ...zstForm(sound), ...shardsForm(sound) });
    const table = testFiles(files);
    const world = upstreamWorld(table.fetch);
    for (const form of ['repodata_shards.msgpack.zst', 'repodata.json.zst', 'repodata.json']) {
      table.requests.length = 0;
      await openUpstreamSubdir(`${channel}/`, noarch, world);
      expect(table.requests.filter((request) => request.includes('/repodata')).at(-1)).toBe(`200 ${base}/${form}`);
      files.delete(`${base}/${form}`);
    }
    expect(await openUpstreamSubdir(channel, noarch, world)).toBeNull();
    expect(table.requests.slice(-3).map((request) => request.slice(0, 3))).toEqual(['404', '404', '404']);
  });

  it('takes {} for an empty subdir, and an index without info', async () => {
    expect((await opened(flatForm({}))).names()).toEqual(new Set());
    expect(
      (await (await opened(flatForm({ packages: sound.packages, info: null }))).records('a')).records,
    ).toHaveLength(1);
  });

  it('refuses a repodata_version that is not known', async () => {
    await expect(opened(flatForm({ ...sound, repodata_version: 3 }))).rejects.toThrow('repodata_version: is newer');
    await expect(opened(flatForm({ ...sound, repodata_version: 2 }))).resolves.toBeDefined();
  });

  it('meets a path before a file name, and a format in the wrong section', async () => {
    const files = flatForm({ packages: { '../a-1-0.tar.bz2': record('a'), 'a-2-0.conda': record('a', '2') } });
    const { records, problems } = await (await opened(files)).records('a');
    expect(records).toEqual([]);
    expect(problems.map(({ code }) => code)).toEqual(['record.file-name', 'record.file-name']);
  });

  it('costs the one file, by name, whose name or key comes twice or whose record is not UTF-8', async () => {
    const packages = ['a-1-0', 'a-2-0', 'a-3-0', 'a-4-0'].map((stem, i) => [
      `${stem}.tar.bz2`,
      record('a', `${i + 1}`),
    ]);
    const text = JSON.stringify({ packages: { ...Object.fromEntries(packages), 'A-1-0.tar.bz2': record('a') } })
      .replace('A-1', 'a-1')
      .replace('"version":"2"', '"version":"2","version":"2"')
      .replace('"version":"3"', '"version":"3","note":"\xe9"');
    const subdir = await opened({ 'repodata.json': Buffer.from(text, 'latin1') });
    const { records, problems } = await subdir.records('a');
    expect(records.map(({ filename }) => filename)).toEqual(['a-4-0.tar.bz2']);
    expect(problems.map(({ code, subject }) => [code, subject])).toEqual(
      ['a-1-0', 'a-2-0', 'a-3-0'].map((stem) => ['record.invalid', `${base}/${stem}.tar.bz2`]),
    );
  });

  it('never trusts what came without an ETag', async () => {
    const table = testFiles(at(flatForm(sound)));
    const world = upstreamWorld(async (url, headers) => ({ ...(await table.fetch(url, headers)), header: () => null }));
    await openUpstreamSubdir(channel, noarch, world);
    table.requests.length = 0;
    await openUpstreamSubdir(channel, noarch, world);
    expect(table.requests.at(-1)).toBe(`200 ${base}/repodata.json`);
  });

  it('shows no password or token in what it says', async () => {
    const secret = 'https://me:hunter2@example.org/t/tk-123/chan';
    const files = new Map([
      [
        `${secret}/noarch/repodata.json`,
        flatForm({ packages: { 'a-1-0.tar.bz2': record('b') } })['repodata.json'] ?? '',
      ],
    ]);
    const subdir = await openUpstreamSubdir(secret, noarch, upstreamWorld(testFiles(files).fetch));
    const said = JSON.stringify(await subdir?.records('a'));
    const refusal = openUpstreamSubdir(
      secret,
      noarch,
      upstreamWorld(testFiles(new Map([[`${secret}/noarch/repodata.json`, 500]])).fetch),
    );
    expect(said + String(await refusal.catch((error: unknown) => error))).not.toMatch(/hunter2|tk-123/);
  });
});

const part = fc.stringMatching(/^[a-z0-9_.]{1,3}$/);
const anyRecord = fc.record(
  {
    build_number: fc.nat(3),
    depends: fc.oneof(fc.array(part), part, fc.constant(null)),
    sha256: fc.constantFrom('ab'.repeat(32), 'ab', null),
    legacy_bz2_md5: fc.constant('cd'.repeat(16)),
    revoked: fc.boolean(),
    note: fc.oneof(
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(fc.double({ noNaN: true, noDefaultInfinity: true })),
    ),
  },
  { requiredKeys: ['build_number'] },
);
const anyPackages = fc
  .array(
    fc.tuple(fc.constantFrom('a', 'b-c', 'B', 'd'), part, part, fc.constantFrom('.conda', '.tar.bz2'), anyRecord),
    { maxLength: 8 },
  )
  .map((packages) =>
    packages.map(([name, version, build, format, rest]): [string, Record<string, unknown>] => [
      `${name}-${version}-${build}${format}`,
      { name, version, build, ...rest },
    ]),
  );

describe('the forms of an index', () => {
  it('give the same for the same document', async () => {
    await fc.assert(
      fc.asyncProperty(anyPackages, anyPackages, fc.array(fc.nat(7)), async (old, conda, gone) => {
        const removed = [...old, ...conda].map(([fileName]) => fileName).filter((_, i) => gone.includes(i));
        const document = { packages: Object.fromEntries(old), 'packages.conda': Object.fromEntries(conda), removed };
        const all = await Promise.all(
          Object.values(forms).map(async (filesOf) => {
            const subdir = await opened(filesOf(JSON.parse(JSON.stringify(document))));
            return Promise.all([...subdir.names()].sort().map((name) => subdir.records(name)));
          }),
        );
        expect(all[1]).toEqual(all[0]);
        expect(all[2]).toEqual(all[0]);
      }),
    );
  });
});
