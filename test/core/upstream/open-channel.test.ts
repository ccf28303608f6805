import { zstdCompressSync } from 'node:zlib';
import { encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256Of } from '../../../core/digest.ts';
import { noarch } from '../../../core/subdir.ts';
import { openUpstreamSubdir } from '../../../core/upstream/open-channel.ts';
import type { UpstreamSubdir } from '../../../core/upstream/upstream-subdir.ts';
import { type FormFiles, flatForm, shardsForm, type TestRepodata, zstForm } from '../../support/upstream-forms.ts';
import { testFiles, upstreamWorld } from '../../support/upstream-world.ts';

const channel = 'https://example.org/chan';
const base = `${channel}/noarch`;

const at = (files: FormFiles) => new Map(Object.entries(files).map(([name, bytes]) => [`${base}/${name}`, bytes]));

async function opened(files: FormFiles): Promise<UpstreamSubdir> {
  const subdir = await openUpstreamSubdir(channel, noarch, upstreamWorld(testFiles(at(files)).fetch));
  if (subdir === null) throw new Error('no such subdir');
  return subdir;
}

const record = (name: string, version = '1', build = '0') => ({
  name,
  version,
  build,
  build_number: 0,
  depends: ['python >=3.9'],
  sha256: 'ab'.repeat(32),
  md5: 'cd'.repeat(16),
  size: 12,
});

const sound: TestRepodata = {
  info: { subdir: 'noarch' },
  packages: {
    'a-1-0.tar.bz2': { ...record('a'), license: null, legacy_bz2_md5: 'ef'.repeat(16) },
    'b-c-2.0-py_1.tar.bz2': { ...record('b-c', '2.0', 'py_1'), constrains: ['d <3'], timestamp: 1_700_000_000_000 },
  },
  'packages.conda': { 'a-1-0.conda': { ...record('a'), run_exports: { weak: ['a'] }, noarch: 'python' } },
  removed: ['b-c-1-0.tar.bz2'],
};

const forms = { flat: flatForm, zst: zstForm, shards: shardsForm } satisfies Record<
  string,
  (d: TestRepodata) => FormFiles
>;

describe.each(Object.entries(forms))('a subdir in its %s form', (form, filesOf) => {
  it('gives the records of a name, each with the URL of its package', async () => {
    const subdir = await opened(filesOf(sound));
    expect(subdir.names()).toEqual(new Set(['a', 'b-c']));
    const given = await subdir.records('a');
    expect(given.problems).toEqual([]);
    expect(given.records).toEqual([
      {
        filename: 'a-1-0.tar.bz2',
        subdir: 'noarch',
        channel,
        url: `${base}/a-1-0.tar.bz2`,
        record: sound.packages?.['a-1-0.tar.bz2'],
      },
      {
        filename: 'a-1-0.conda',
        subdir: 'noarch',
        channel,
        url: `${base}/a-1-0.conda`,
        record: sound['packages.conda']?.['a-1-0.conda'],
      },
    ]);
    expect((await subdir.records('b-c')).records.map(({ record: taken }) => taken)).toEqual([
      sound.packages?.['b-c-2.0-py_1.tar.bz2'],
    ]);
    expect(await subdir.records('b')).toEqual({ records: [], problems: [] });
  });

  it.each([
    ['record.file-name', 'x-1-a_b.conda', record('x')],
    ['record.invalid', 'x-1-0.tar.bz2', { ...record('x'), depends: 'python 3.6*' }],
    ['record.invalid', 'x-1-0.tar.bz2', { ...record('x'), size: -1 }],
    ['record.invalid', 'x-1-0.tar.bz2', { ...record('x'), sha256: 'ab' }],
    ['record.identity', 'x-1-0.tar.bz2', record('y')],
    ['record.identity', 'x-1-0.tar.bz2', record('x', '2')],
    ['record.identity', 'x-1-0_copy.tar.bz2', record('x')],
  ])('drops a record with the reason %s, and keeps its neighbours', async (code, fileName, bad) => {
    const packages = { [fileName]: bad, 'x-1.5-0.tar.bz2': record('x', '1.5') };
    const { records, problems } = await (await opened(filesOf({ packages }))).records('x');
    expect(records.map(({ filename }) => filename)).toEqual(['x-1.5-0.tar.bz2']);
    expect(problems).toEqual([{ code, subject: `${base}/${fileName}`, detail: expect.any(String) }]);
  });

  it('leaves out what upstream revoked or lists as removed, which is no problem', async () => {
    const packages = {
      'x-1-0.tar.bz2': record('x'),
      'x-2-0.tar.bz2': { ...record('x', '2'), revoked: true },
      'x-3-0.tar.bz2': { ...record('x', '3'), revoked: false },
    };
    const { records, problems } = await (
      await opened(filesOf({ packages, removed: ['x-1-0.tar.bz2', 'x-2-0.tar.bz2'] }))
    ).records('x');
    expect([records.map(({ filename }) => filename), problems]).toEqual([['x-3-0.tar.bz2'], []]);
  });

  it('a revoked record that nobody listed as removed is left out too', async () => {
    const packages = { 'x-2-0.tar.bz2': { ...record('x', '2'), revoked: true } };
    expect(await (await opened(filesOf({ packages }))).records('x')).toEqual({ records: [], problems: [] });
  });

  it('takes null of a typed key for absent, and a record without sha256 as it is', async () => {
    const { sha256: _, ...old } = record('x');
    const packages = {
      'x-1-0.tar.bz2': { ...old, constrains: null, depends: null, size: null, noarch: null, sig: null },
    };
    const { records } = await (await opened(filesOf({ packages: packages }))).records('x');
    expect(records[0]?.record).toEqual({
      name: 'x',
      version: '1',
      build: '0',
      build_number: 0,
      md5: old.md5,
      depends: [],
      sig: null,
    });
  });

  it.each([
    ['https://cdn.example.com/files/noarch', 'https://cdn.example.com/files/noarch/'],
    ['https://cdn.example.com/files/', 'https://cdn.example.com/files/'],
    ['../pool/', 'https://example.org/chan/pool/'],
    ['pool', 'https://example.org/chan/noarch/pool/'],
    ['/top/', 'https://example.org/top/'],
    ['', `${base}/`],
  ])('finds packages at base_url %j', async (base_url, expected) => {
    const subdir = await opened(filesOf({ ...sound, info: { subdir: 'noarch', base_url } }));
    expect((await subdir.records('b-c')).records[0]?.url).toBe(`${expected}b-c-2.0-py_1.tar.bz2`);
  });

  it.each([
    'file:///etc/',
    'http://example.org/',
    'ftp://example.org/',
    'https://user:secret@example.org/',
    'https://example.org/?a=1',
  ])('refuses the base_url %s, and does not repeat a password', async (base_url) => {
    const refusal = await opened(filesOf({ ...sound, info: { base_url } })).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'upstream.body', retry: false });
    expect(String(refusal)).not.toContain('secret');
  });

  it('refuses the index of another subdir', async () => {
    await expect(opened(filesOf({ ...sound, info: { subdir: 'linux-64' } }))).rejects.toMatchObject({
      code: 'upstream.body',
      message: expect.stringContaining('linux-64'),
    });
  });

  it('asks again only whether it changed, and believes the answer', async () => {
    const files = at(filesOf(sound));
    const table = testFiles(files);
    const world = upstreamWorld(table.fetch);
    const first = await openUpstreamSubdir(channel, noarch, world);
    expect(await first?.records('a')).toMatchObject({ records: [{}, {}] });
    table.requests.length = 0;
    const second = await openUpstreamSubdir(channel, noarch, world);
    expect(await second?.records('a')).toEqual(await first?.records('a'));
    expect(table.requests.filter((request) => !request.startsWith('404'))).toEqual([expect.stringMatching(/^304 /)]);
    for (const [name, bytes] of at(filesOf({ ...sound, packages: {} }))) files.set(name, bytes);
    const third = await openUpstreamSubdir(channel, noarch, world);
    expect(await third?.records('a')).toMatchObject({ records: [{ filename: 'a-1-0.conda' }] });
    expect(await first?.records('b-c')).toMatchObject({ records: [{ filename: 'b-c-2.0-py_1.tar.bz2' }] });
  });

  it.each([403, 401, 400, 410, 503, 302, 304, 206, 204])('is an error when its server answers %d', async (status) => {
    const [index = ''] = Object.keys(filesOf(sound)).filter((name) => name.startsWith('repodata'));
    const world = upstreamWorld(
      testFiles(new Map<string, Uint8Array | number>([...at(flatForm(sound)), [`${base}/${index}`, status]])).fetch,
    );
    await expect(openUpstreamSubdir(channel, noarch, world)).rejects.toMatchObject({
      code: 'upstream.status',
      message: expect.stringContaining(`${base}/${index} answered with status ${status}`),
      retry: status === 503,
    });
  });

  it('is an error, and nothing is kept, when its server answers with a page, half a file or rubbish', async () => {
    const [index = '', bytes = Buffer.alloc(0)] =
      Object.entries(filesOf(sound)).find(([name]) => name.startsWith('repodata')) ?? [];
    const bad = [
      '\n <!DOCTYPE html>',
      bytes.subarray(0, bytes.length - 5),
      '',
      'rubbish',
      zstdCompressSync('rubbish'),
      '[1]',
    ];
    const files = new Map<string, Uint8Array | string>(at(flatForm(sound)));
    const world = upstreamWorld(testFiles(files).fetch);
    for (const body of bad) {
      files.set(`${base}/${index}`, body);
      await expect(openUpstreamSubdir(channel, noarch, world), `${form}: ${body}`).rejects.toMatchObject({
        code: 'upstream.body',
      });
      expect(await world.cache.get(`${base}/${index}`)).toBeNull();
    }
    for (const page of ['<html>', `${'\n'.repeat(1500)}<html>`]) {
      files.set(`${base}/${index}`, page);
      await expect(openUpstreamSubdir(channel, noarch, world)).rejects.toThrow('answered with HTML');
    }
  });
});

describe('openUpstreamSubdir', () => {
  it('takes shards before zst before json, asking for no form behind the first it finds', async () => {
    const files = at({ ...flatForm(sound), ...zstForm(sound), ...shardsForm(sound) });
    const table = testFiles(files);
    const world = upstreamWorld(table.fetch);
    for (const form of ['repodata_shards.msgpack.zst', 'repodata.json.zst', 'repodata.json']) {
      table.requests.length = 0;
      await openUpstreamSubdir(`${channel}/`, noarch, world);
      expect(table.requests.at(-1)).toBe(`200 ${base}/${form}`);
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

  it('refuses a file name that comes twice', async () => {
    const text = JSON.stringify({ packages: { 'a-1-0.tar.bz2': record('a'), 'A-1-0.tar.bz2': record('a') } });
    const subdir = await opened({ 'repodata.json': Buffer.from(text.replace('A-1', 'a-1')) });
    await expect(subdir.records('a')).rejects.toThrow('a second "a-1-0.tar.bz2"');
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

describe('shards', () => {
  const name = (files: FormFiles) => Object.keys(files).find((file) => file.startsWith('shards/')) ?? '';

  it('are taken only with the bytes their index vouches for, from the server or the cache', async () => {
    const form = shardsForm({ packages: { 'a-1-0.tar.bz2': record('a') } });
    const files = at(form);
    const url = `${base}/${name(form)}`;
    const good = files.get(url) ?? Buffer.alloc(0);
    files.set(url, zstdCompressSync(encode({ packages: {} })));
    const world = upstreamWorld(testFiles(files).fetch);
    const subdir = await openUpstreamSubdir(channel, noarch, world);
    await expect(subdir?.records('a')).rejects.toMatchObject({
      code: 'upstream.body',
      message: expect.stringContaining('sha256'),
    });
    expect(world.waits).toHaveLength(5);
    files.set(url, good);
    await world.cache.put(
      url,
      'any',
      (async function* () {
        yield Buffer.from('damage');
      })(),
    );
    expect(await subdir?.records('a')).toMatchObject({ records: [{ filename: 'a-1-0.tar.bz2' }] });
    files.delete(url);
    expect(await subdir?.records('a')).toMatchObject({ records: [{ filename: 'a-1-0.tar.bz2' }] });
  });

  it('that the index lists and the server lacks are an error to be tried again', async () => {
    const form = shardsForm({ packages: { 'a-1-0.tar.bz2': record('a') } });
    const files = at(form);
    files.delete(`${base}/${name(form)}`);
    const subdir = await openUpstreamSubdir(channel, noarch, upstreamWorld(testFiles(files).fetch));
    await expect(subdir?.records('a')).rejects.toMatchObject({ code: 'upstream.status', retry: true });
  });

  it('may be named by hex digits, and lie at an absolute URL', async () => {
    const form = shardsForm({ packages: { 'a-1-0.tar.bz2': record('a') } });
    const sha256 = name(form).slice('shards/'.length, -'.msgpack.zst'.length);
    const index = { version: 1, info: { shards_base_url: 'https://cdn.example.com/s' }, shards: { a: sha256 } };
    const files = new Map([
      [`${base}/repodata_shards.msgpack.zst`, zstdCompressSync(encode(index))],
      [`https://cdn.example.com/s/${sha256}.msgpack.zst`, form[name(form)] ?? Buffer.alloc(0)],
    ]);
    const subdir = await openUpstreamSubdir(channel, noarch, upstreamWorld(testFiles(files).fetch));
    expect(await subdir?.records('a')).toMatchObject({ records: [{ url: `${base}/a-1-0.tar.bz2` }] });
  });

  it.each([
    ['a version that is not known', { version: 2, info: {}, shards: {} }],
    ['a hash that is none', { version: 1, info: {}, shards: { a: Buffer.alloc(31) } }],
    ['no shards at all', { version: 1, info: {} }],
    ['a list', []],
  ])('with an index of %s are an error', async (_, index) => {
    const files = { ...flatForm(sound), 'repodata_shards.msgpack.zst': zstdCompressSync(encode(index)) };
    await expect(opened(files)).rejects.toMatchObject({ code: 'json.invalid' });
  });

  it('and their index are not decoded beyond what conda allows', async () => {
    const bomb = zstdCompressSync(Buffer.alloc(128 * 1024 ** 2 + 1));
    await expect(opened({ 'repodata_shards.msgpack.zst': bomb })).rejects.toMatchObject({ code: 'upstream.too-large' });
    const index = { version: 1, info: {}, shards: { a: Buffer.from(sha256Of(bomb), 'hex') } };
    const subdir = await opened({
      'repodata_shards.msgpack.zst': zstdCompressSync(encode(index)),
      [`${sha256Of(bomb)}.msgpack.zst`]: bomb,
    });
    await expect(subdir.records('a')).rejects.toMatchObject({ code: 'upstream.too-large' });
  });

  it('give only the records of the name they were asked for', async () => {
    const shard = zstdCompressSync(encode({ packages: { 'b-1-0.tar.bz2': record('b') } }));
    const index = { version: 1, info: {}, shards: { a: Buffer.from(sha256Of(shard), 'hex') } };
    const subdir = await opened({
      'repodata_shards.msgpack.zst': zstdCompressSync(encode(index)),
      [`${sha256Of(shard)}.msgpack.zst`]: shard,
    });
    expect(await subdir.records('a')).toMatchObject({ records: [], problems: [{ code: 'record.identity' }] });
  });
});
