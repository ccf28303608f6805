import { describe, expect, it, test } from 'vitest';
import { normaliseRecord } from '../../../core/record/normalise-record.ts';

const sound = { name: 'a', version: '1.0', build: '0', build_number: 0, depends: ['b >=1'] };

function normal(members: object) {
  const read = normaliseRecord({ ...sound, ...members });
  if (!read.ok) throw new Error(read.detail);
  return read;
}

/** What comes out of a key, and the codes of what is said of it. */
function read(key: string, value: unknown): [unknown, string[]] {
  const { record, findings } = normal({ [key]: value });
  return [record[key], findings.map(({ code }) => code.replace('record.', ''))];
}

const md5 = '0123456789abcdef0123456789abcdef';
const sha256 = md5 + md5;
const rattler = "rattler's PackageRecord";
const conda = "conda's PackageRecord";
const libmamba = "libmamba's set_solvable";
const libsolv = "libsolv's parse_package";

/**
 * Who reads a key, a value, and what becomes of it: no third value where it stays as it is. The sources are named in
 * core/record/key-rules.ts. "Option" of rattler takes null, a "nullable" of conda too.
 */
const kept: readonly (readonly [string, string, readonly unknown[]])[] = [
  [`${rattler}: Option<String>`, 'arch', ['x86_64', null]],
  [`${rattler}: Option<String>`, 'platform', ['linux', null]],
  [`${rattler}: Option<String>; ${conda}: nullable`, 'license', ['MIT', '', null]],
  [`${rattler}: Option<String>; ${conda}: nullable`, 'license_family', ['MIT', null]],
  [`${rattler}: Option<String>`, 'python_site_packages_path', ['lib/python3.13t/site-packages', null]],
  [`${rattler}: Option<String>; ${conda}: a text or a list`, 'features', ['mkl', '']],
  [`${rattler}: Option<hex>, in whatever case`, 'legacy_bz2_md5', [md5, null]],
  [`${rattler}: Option<u64>`, 'legacy_bz2_size', [0, 2 ** 53 - 1, null]],
  [`${rattler}: hex`, 'md5', [md5]],
  [`${rattler}: hex`, 'sha256', [sha256]],
  [
    `${rattler}: NoArchType; ${conda}: NoarchType.coerce; ${libmamba}: true is generic`,
    'noarch',
    ['python', 'generic', true, false],
  ],
  [`${rattler}: Option<set of PackageUrl>`, 'purls', [[], ['pkg:pypi/a'], ['pkg:pypi/a@1.0', 'pkg:github/o/a?x=y']]],
  [`${rattler}: Option<RunExportsJson>`, 'run_exports', [{}, { weak: ['a'], noarch: [] }, { other: 1 }]],
  [
    `${rattler}: i64 in the calendar, seconds up to 253402300799`,
    'timestamp',
    [0, 1505136837, 1505136837000, 253402207200999],
  ],
  [`${rattler}: split at each space and comma; ${libsolv}: too`, 'track_features', ['a', 'a b', 'a,b', ['a', 'b']]],
  [`${rattler}: map of lists`, 'extra_depends', [{}, { x: ['b'] }]],
  [`${rattler}: list; ${conda}: ListField(str)`, 'flags', [[], ['a']]],
  [`${conda}: StringField`, 'date', ['2020-01-01']],
  [`${conda}: StringField, nullable`, 'preferred_env', ['_x_', null]],
  [`${conda}: PackageTypeField`, 'package_type', ['noarch_python', null]],
  [`${conda}: passes over what is above 1`, 'record_version', [0, 1]],
  [`${libsolv}: adds it to depends`, 'requires', [[]]],
  [`${libmamba}: uint64`, 'indexed_timestamp', [1505136837000]],
  [
    `${rattler}: list of texts; ${libmamba}: by libsolv's pool_conda_matchspec`,
    'constrains',
    [[], ['b <2', 'c ==1.0=*_1']],
  ],
  ['nobody', 'app_entry', ['x', 1, 1.5, null, true, [1, { a: null }], { a: 'b' }]],
];

describe.each(kept)('%s %s', (_who, key, values) => {
  test.each(values.map((value) => [value]))('stays %j', (value) => {
    expect(read(key, value)).toEqual([value, []]);
  });
});

/** Who would trip, the key, its values, and what each is mended to. */
const mended: readonly (readonly [string, string, readonly (readonly [unknown, unknown])[]])[] = [
  [
    `${rattler}: i64`,
    'timestamp',
    [
      [1505136837.5, 1505136837500],
      [1505136837000.7, 1505136837000],
      [0.5, 0],
    ],
  ],
  [
    `${rattler}: lower case`,
    'noarch',
    [
      ['Python', 'python'],
      ['GENERIC', 'generic'],
    ],
  ],
  [`${rattler}: String`, 'features', [[['a', 'b'], 'a b']]],
  [
    `${rattler}: counts empty words`,
    'track_features',
    [
      ['a  b', 'a b'],
      [' a, b', 'a b'],
      ['a\tb', 'a b'],
      [
        ['a b', ''],
        ['a', 'b'],
      ],
    ],
  ],
  [
    `${rattler}: RunExportsJson`,
    'run_exports',
    [
      [['a'], { weak: ['a'] }],
      [{ weak: 'a', strong: null }, { weak: ['a'] }],
      [{ noarch: [1] }, {}],
    ],
  ],
  [`${conda}: compares texts`, 'md5', [[md5.toUpperCase(), md5]]],
  [`${conda}: compares texts`, 'legacy_bz2_md5', [[md5.toUpperCase(), md5]]],
  [`${conda}: letter by letter`, 'depends', [['b >=1', ['b >=1']]]],
  [
    `${rattler}'s gateway: the name up to the first space`,
    'depends',
    [
      [['B >=0.4'], ['b >=0.4']],
      [['b\t>=1'], ['b >=1']],
      [['b=2.0=cuda_0'], ['b ==2.0 cuda_0']],
    ],
  ],
  [`${rattler}: Vec<String>`, 'constrains', [['b<1', ['b <1']]]],
];

describe.each(mended)('%s: %s', (_who, key, values) => {
  test.each(values)('%j becomes %j', (value, is) => {
    const [was, codes] = read(key, value);
    expect([was, codes.includes('respelt')]).toEqual([is, true]);
  });
});

const leftOut: readonly (readonly [string, readonly string[], readonly unknown[]])[] = [
  [
    `${rattler} and ${conda}: a text`,
    ['arch', 'platform', 'license', 'license_family', 'date', 'preferred_env'],
    [1, true, ['MIT'], {}],
  ],
  [`${rattler}: a text`, ['features', 'python_site_packages_path'], [1, {}, [1]]],
  [`${rattler}: hex`, ['legacy_bz2_md5'], [1, 'x', md5.slice(1), [md5]]],
  [`${rattler}: u64`, ['legacy_bz2_size', 'indexed_timestamp', 'record_version'], ['1', -1, 1.5, [1]]],
  [`${rattler}: NoArchType`, ['noarch'], ['foo', 1, {}, ['python']]],
  [`${rattler}: a set`, ['purls'], ['pkg:pypi/a', {}, 1]],
  [`${rattler}: RunExportsJson`, ['run_exports'], [1, true, [1]]],
  [`${rattler}: i64 in the calendar`, ['timestamp'], ['1505136837', -1, 1e15, 2 ** 52, 253402300799, true, [1]]],
  [`${rattler}: texts`, ['track_features'], [1, {}, [1], [null]]],
  [`${rattler}: a map of lists`, ['extra_depends'], [['b'], 'b', { x: 'b' }, { x: [1] }]],
  [`${rattler}: a list of texts`, ['flags', 'constrains'], [1, {}]],
  [`${conda}: PackageType`, ['package_type'], ['x', 1]],
  [`${libsolv}: dependencies that others do not see`, ['requires'], [['b 1'], 'b', 1]],
  ['every JSON reader', ['license', 'app_entry', 'run_exports'], ['\ud800', { a: ['\udc00'] }, { '\ud800': 1 }]],
  [
    'every JSON reader',
    ['size_of', 'app_entry'],
    [2 ** 53, [1e300], { a: -(2 ** 60) }, { a: Number.POSITIVE_INFINITY }],
  ],
  ['msgpack', ['app_entry'], [new Date(0), [new Uint8Array(1)], { a: 1n }]],
];

describe.each(leftOut)('%s: %j', (_who, keys, values) => {
  test.each(keys.flatMap((key) => values.map((value) => [key, value] as const)))('%s leaves out %o', (key, value) => {
    expect(read(key, value)).toEqual([undefined, ['left-out']]);
  });
});

describe('a record', () => {
  it('that is sound comes out as it was', () => {
    const record = {
      ...sound,
      md5,
      sha256,
      size: 1,
      subdir: 'noarch',
      license: null,
      summary: 'é',
      timestamp: 1505136837,
    };
    expect(normaliseRecord(record)).toEqual({ ok: true, record, findings: [] });
  });

  it.each(['url', 'fn', 'channel', 'schannel', 'filename'])(
    'does not hand on its %s, and says nothing of it',
    (key) => {
      expect(read(key, 'https://elsewhere.test/a-1.0-0.conda')).toEqual([undefined, []]);
    },
  );

  it.each([
    'constrains',
    'features',
    'noarch',
    'size',
    'md5',
    'sha256',
    'timestamp',
    'track_features',
    'purls',
    'run_exports',
    'flags',
    'extra_depends',
    'subdir',
    'date',
    'indexed_timestamp',
  ])('says nothing with a %s of null', (key) => {
    expect(read(key, null)).toEqual([undefined, []]);
  });

  it.each([
    ['track_features', ''],
    ['track_features', []],
    ['noarch', ''],
  ])('says nothing with a %s of %j', (key, value) => {
    expect(read(key, value)).toEqual([undefined, []]);
  });

  it('whose version looks like a text to a hasty reader is refused', () => {
    for (const key of ['version', 'build', 'name']) {
      const odd = { name: 'a', version: '1', build: '0', build_number: 0, [key]: { length: [{ toString: '' }] } };
      expect(normaliseRecord(odd).ok).toBe(false);
    }
  });

  it('of old times needs no depends', () => {
    const { depends: _, ...old } = sound;
    expect(normaliseRecord(old)).toMatchObject({ ok: true, record: { depends: [] } });
    expect(normaliseRecord({ ...old, depends: null })).toMatchObject({ ok: true, record: { depends: [] } });
  });

  it('keeps a dependency that no client can read, for its fault to be named', () => {
    expect(normal({ depends: ['b >=', 'c>1'] }).record.depends).toEqual(['b >=', 'c >1']);
  });

  it('loses single constraints that not every client can read', () => {
    const { record, findings } = normal({ constrains: ['b >=', 'c <1', 7, 'x::d', 'e[build_number=1]'] });
    expect(record.constrains).toEqual(['c <1']);
    expect(findings.filter(({ code }) => code === 'record.left-out')).toHaveLength(4);
  });

  it('is told of at bounded length, however much of it is left out', () => {
    const { findings } = normal({ constrains: Array(1000).fill('b >='), ['k'.repeat(10_000)]: 2 ** 53 });
    expect(findings).toHaveLength(100);
    expect(findings.at(-1)?.detail).toContain('not all of them are told');
    expect(findings.filter(({ detail }) => detail.startsWith('constrains: "b >="'))).toHaveLength(99);
    const [long] = normal({ ['k'.repeat(10_000)]: 2 ** 53 }).findings;
    expect(long?.detail.length).toBeLessThan(500);
  });

  it('loses an extra whose dependencies not every client can read', () => {
    const { record, findings } = normal({ extra_depends: { a: ['b>1', 'c'], d: ['b', ''] } });
    expect(record['extra_depends']).toEqual({ a: ['b >1', 'c'] });
    expect(findings.map(({ code }) => code)).toEqual(['record.left-out', 'record.respelt']);
  });

  it('loses a key that no reader could have', () => {
    const members = JSON.parse('{"__proto__": 1, "\\ud800": 2}');
    expect(normal(members).record).toEqual(sound);
    expect(Object.keys(normal(members).record)).toEqual(Object.keys(sound));
  });

  it('is not handed on where it nests deeper than readers go', () => {
    const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);
    expect(read('app_entry', nested(15))).toEqual([nested(15), []]);
    expect(read('app_entry', nested(16))).toEqual([undefined, ['left-out']]);
  });

  it.each([
    ['no object', null],
    ['no object', 'x'],
    ['no object', []],
    ['name', { ...sound, name: 'A b' }],
    ['version', { ...sound, version: 1 }],
    ['build', { ...sound, build: null }],
    ['build_number', { ...sound, build_number: '0' }],
    ['build_number', { ...sound, build_number: 2 ** 53 }],
    ['depends', { ...sound, depends: 1 }],
    ['depends', { ...sound, depends: ['b', 1] }],
    ['size', { ...sound, size: '1' }],
    ['md5', { ...sound, md5: 'x' }],
    ['sha256', { ...sound, sha256: md5 }],
    ['record_version', { ...sound, record_version: 2 }],
  ])('cannot be made of what has a wrong %s', (what, value) => {
    expect(normaliseRecord(value)).toMatchObject({ ok: false, detail: expect.stringContaining(what) });
  });
});
