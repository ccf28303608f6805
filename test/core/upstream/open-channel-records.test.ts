import { describe, expect, it } from 'vitest';
import { base, channel, forms, opened, record, sound } from '../../support/upstream/opened-upstream.ts';

describe.each(Object.entries(forms))('a subdir in its %s form', (_form, filesOf) => {
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
    ['record.invalid', 'x-1-0.tar.bz2', { ...record('x'), depends: ['python 3.6*', 7] }],
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

  it('names a file as it can be shown, whatever it is called', async () => {
    const packages = { [`x-1-${'a'.repeat(3000)}.tar.bz2`]: record('x'), 'x-1-\u001b[31m\n.tar.bz2': record('x') };
    const { problems } = await (await opened(filesOf({ packages }))).records('x');
    const subjects = problems.map(({ subject }) => subject.slice(base.length)).sort();
    expect(subjects).toEqual([expect.stringMatching(/^\/x-1-a{1,500}…$/), '/x-1-\ufffd[31m .tar.bz2']);
  });

  it('mends what a client would trip over, and says what', async () => {
    const odd = { depends: 'Python>=3.6', timestamp: 1505136837.5, license: ['MIT'], fn: 'y', url: 'z' };
    const packages = { 'x-1-0.tar.bz2': { ...record('x'), ...odd } };
    const { records, problems } = await (await opened(filesOf({ packages }))).records('x');
    const mended = { ...record('x'), depends: ['python >=3.6'], timestamp: 1505136837500 };
    expect([records.map((one) => one.record), problems]).toEqual([[mended], []]);
    expect(records[0]?.findings?.map(({ code, detail }) => `${code} ${detail}`).sort()).toEqual([
      'record.left-out license: ["MIT"]',
      'record.respelt depends: "Python>=3.6" is now ["python >=3.6"]',
      'record.respelt timestamp: 1505136837.5 is now 1505136837500',
    ]);
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
});
