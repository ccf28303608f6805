import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  canonicalMatchSpec,
  type MatchSpec,
  matchSpecMatches,
  namesChannel,
  parseMatchSpec,
  solverSpec,
} from '../../core/match-spec.ts';
import { matchSpecText, versionText } from '../support/spec-arbitraries.ts';

function spec(text: string): MatchSpec {
  const parsed = parseMatchSpec(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.at} ${parsed.message}`);
  return parsed.spec;
}

const md5 = 'abcdef0123456789'.repeat(2);
const sha256 = 'abcdef0123456789'.repeat(4);
const record = { name: 'foo', version: '1.8', build: 'py36_1', build_number: 1 };
const versions = ['1.8', '1.8.0', '1.8.1', '1.9', '2.0', '1.80', '1.8a1'];
const builds = ['py36_1', 'py27_0', 'mkl', '0'];
const records = versions.flatMap((version) => builds.map((build) => ({ ...record, version, build })));
const taken = (text: string): string[] =>
  records.filter((each) => matchSpecMatches(spec(text), each)).map(({ version, build }) => `${version}-${build}`);

describe('parseMatchSpec', () => {
  // The two blocks of examples in CEP 29, "Version expression parsing".
  const below = [
    'pkg=1.8',
    'pkg =1.8',
    'pkg 1.8.*',
    'pkg 1.8.* *',
    'pkg=1.8.*',
    'pkg=1.8.*=*',
    'pkg =1.8.* *',
    'pkg ==1.8.* *',
    'pkg[version=1.8.*]',
    'pkg[version="1.8.*"]',
  ];
  const exact = [
    'pkg 1.8',
    'pkg 1.8 *',
    'pkg==1.8',
    'pkg=1.8=*',
    'pkg==1.8=*',
    'pkg ==1.8 *',
    'pkg[version=1.8]',
    'pkg[version="1.8"]',
  ];

  test.each([...below.map((text) => [text, 'pkg 1.8.*']), ...exact.map((text) => [text, 'pkg ==1.8'])])(
    '%j is %j',
    (text, canonical) => {
      expect(canonicalMatchSpec(spec(text))).toBe(canonical);
      expect(solverSpec(spec(text))).toBe(canonical);
    },
  );

  test.each([
    ['numpy', 'numpy'],
    ['  NumPy  ', 'numpy'],
    ['numpy # for the course', 'numpy'],
    ['numpy = 1.2', 'numpy 1.2.*'],
    ['numpy=1.2=py*', 'numpy ==1.2 py*'],
    ['numpy =1.2 py*', 'numpy 1.2.* py*'],
    ['numpy=1.2 py*', 'numpy ==1.2 py*'],
    ['numpy >= 1.2 , < 2 py27_0', 'numpy >=1.2,<2 py27_0'],
    ['numpy>=1.2,<2=py27_0', 'numpy >=1.2,<2 py27_0'],
    ['numpy (>=1,<2)|3', 'numpy >=1,<2|==3'],
    ['numpy (1|2),!=1.5', 'numpy (==1|==2),!=1.5'],
    ['python 2.6*|2.7*|3.3*', 'python 2.6.*|2.7.*|3.3.*'],
    ['python >=3.6,<3.7.0a0', 'python >=3.6,<3.7.0a0'],
    ['jpeg <10a', 'jpeg <10a'],
    ['blas * openblas', 'blas * openblas'],
    ['blas 1.0 mkl', 'blas ==1.0 mkl'],
    ['foo >=1.0 *_cpython', 'foo >=1.0 *_cpython'],
    ['foo 1.0-RC1', 'foo ==1.0_rc1'],
    ['foo * py**', 'foo * py*'],
    ['__glibc >=2.17', '__glibc >=2.17'],
    ['_openmp_mutex >=4.5', '_openmp_mutex >=4.5'],
    ['foo[build="^py[23].*$"]', 'foo [build="^py[23].*$"]'],
    [`foo 1[build_number=3, md5=${md5.toUpperCase()}]`, `foo ==1 [build_number="==3",md5="${md5}"]`],
    [`foo[ sha256 = '${sha256}' ]`, `foo [sha256="${sha256}"]`],
    ['foo[version=1 build=0]', 'foo ==1 0'],
    ['foo 1.0[version=2.0]', 'foo ==2.0'],
    ['foo[name=foo]', 'foo'],
  ])('%j reaches the solver as %j', (text, solver) => {
    expect(solverSpec(spec(text))).toBe(solver);
  });

  test.each<[string, Partial<MatchSpec>]>([
    ['conda-forge::foo 1.0', { channel: 'conda-forge', subdir: null }],
    ['conda-forge/linux-64::foo', { channel: 'conda-forge', subdir: 'linux-64' }],
    ['https://host:8080/a/conda-forge/noarch::foo', { channel: 'https://host:8080/a/conda-forge', subdir: 'noarch' }],
    ['pkgs/main::foo', { channel: 'pkgs/main', subdir: null }],
    ['*/linux-64::foo', { channel: null, subdir: 'linux-64' }],
    ['conda-forge:ns:foo', { channel: 'conda-forge' }],
    ['foo[channel=conda-forge/osx-64]', { channel: 'conda-forge', subdir: 'osx-64' }],
    ['a::foo[channel="b", subdir=WIN-64]', { channel: 'b', subdir: 'win-64' }],
    ['foo[fn=foo-1-0.conda]', { fileName: 'foo-1-0.conda' }],
    ['foo[license="MIT OR Apache-2.0"]', { license: 'MIT OR Apache-2.0' }],
    ['foo[track_features="b a, c"]', { trackFeatures: 'b a c' }],
    [
      `https://host/t/conda-forge/linux-64/foo-1.0-py_0.conda#sha256:${sha256}`,
      {
        channel: 'https://host/t/conda-forge',
        subdir: 'linux-64',
        build: 'py_0',
        fileName: 'foo-1.0-py_0.conda',
        sha256,
      },
    ],
    [`file:///srv/c/noarch/foo-1.0-py_0.tar.bz2#${md5}`, { channel: 'file:///srv/c', subdir: 'noarch', md5 }],
    ['foo[url=https://h/c/noarch/foo-1.0-py_0.conda]', { url: 'https://h/c/noarch/foo-1.0-py_0.conda', build: 'py_0' }],
  ])('%j lifts out %j', (text, parts) => {
    const parsed = spec(text);
    expect(parsed).toMatchObject({ name: 'foo', text, ...parts });
    expect(namesChannel(solverSpec(parsed))).toBe(false);
    expect(solverSpec(parsed)).toMatch(/^foo( ==1\.0)?( py_0)?( \[(md5|sha256)="\w+"\])?$/);
  });

  test.each([
    ['numpy=>1.0', 5, 'did you mean ">="?'],
    ['numpy===1.0', 5, 'did you mean "=="?'],
    ['numpy = = 1', 8, 'without spaces'],
    ['numpy>=1.0; python_version<"3"', 10, 'write "numpy>=1.0"'],
    ['numpy>=1.0,', 11, 'missing after ","'],
    ['numpy 1.0|', 10, 'missing after "|"'],
    ['numpy 1.0 py* extra', 14, '"extra"'],
    ['numpy 1.0=', 10, 'build is missing'],
    ['numpy=', 6, 'missing after "="'],
    ['numpy >=1..2', 8, '"1..2" is not a version'],
    ['numpy <*', 7, '"<*" means nothing'],
    ['numpy (1.0', 6, 'not closed'],
    ['numpy 1.0)', 9, '")"'],
    ['numpy 1.0 p?', 10, '"p?" is not a build'],
    ['numpy ^1.*$', 6, 'pattern'],
    ['numpy 1.*.3', 6, 'pattern'],
    ['numpy >=1.0.1_', 6, 'underscore'],
    ['numpy[build="^(a+)+$"]', 12, 'regular expression'],
    ['', 0, 'name is missing'],
    [' >=1', 1, 'name is missing'],
    ['*', 0, 'must name one package'],
    ['py* 1.0', 0, 'must name one package'],
    ['-foo', 0, '"-foo" is not a package name'],
    ['/srv/foo-1-0.conda', 0, 'file://'],
    ['https://host/c/noarch/foo.conda', 0, 'is not the URL'],
    [' https://host/c/noarch/foo-1-0.conda#beef', 1, '"#beef" is not a hash'],
    ['conda-forge:numpy', 11, 'conda-forge::numpy'],
    ['::numpy', 0, 'is not a channel'],
    ['numpy[dev]', 6, 'key=value'],
    ['numpy[]', 6, 'key=value'],
    ['numpy[version=1', 5, 'not closed'],
    ['numpy[version=1,', 16, 'key=value'],
    ['numpy[version=1] 2', 17, '"2"'],
    ['numpy[version=>=1,<2]', 18, 'quoted'],
    ['numpy[version=]', 14, 'value is missing'],
    ['numpy[versoin=1]', 6, 'did you mean "version"?'],
    ['numpy[qqqqqqq=1]', 6, 'known are version'],
    ['numpy[build=a, build=b]', 15, 'twice'],
    ['numpy[when="python"]', 6, '"when" is not supported'],
    ['numpy[extras=[a]]', 6, '"extras" is not supported'],
    ['numpy[name=scipy]', 5, '"scipy", not "numpy"'],
    ['numpy[url=https://h/c/noarch/scipy-1-0.conda]', 5, '"scipy", not "numpy"'],
    ['numpy[build_number=99999999999999999999]', 19, 'build number'],
    ['numpy[md5=abc]', 10, 'is not a md5'],
    [`numpy ${'('.repeat(20)}1${')'.repeat(20)}`, 22, 'nested'],
  ])('%j fails at %i and says %j', (text, at, said) => {
    const parsed = parseMatchSpec(text);
    expect(parsed).toMatchObject({ ok: false, at });
    expect(parsed.ok ? '' : `${parsed.message} ${parsed.hint ?? ''}`).toContain(said);
  });

  test('reads 4096 characters at most', () => {
    expect(parseMatchSpec(`numpy ${'1|'.repeat(2000)}1`)).toMatchObject({ ok: true });
    expect(parseMatchSpec(`numpy ${'1|'.repeat(2100)}1`)).toMatchObject({ ok: false, at: 4096 });
  });

  test('never throws, points into the text, and gives nothing that names a channel', () => {
    const odd = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom(...'fo12a.*=<>!~,|()^$ []"\'#;:/+-_', 'version=', 'url=', 'https://', '::') }),
      matchSpecText.chain((text) => fc.nat(text.length).map((at) => `${text.slice(0, at)}[=${text.slice(at)}`)),
    );
    fc.assert(
      fc.property(odd, (text) => {
        const parsed = parseMatchSpec(text);
        if (!parsed.ok) {
          expect(parsed.at).toBeGreaterThanOrEqual(0);
          expect(parsed.at).toBeLessThanOrEqual(text.length);
          expect(parsed.message).not.toBe('');
          return;
        }
        expect(namesChannel(solverSpec(parsed.spec))).toBe(false);
      }),
      { numRuns: 3000 },
    );
  });

  test('its own spellings mean the same', () => {
    const everything = versionText.map((version) => ({ ...record, version, md5: 'a'.repeat(32) }));
    fc.assert(
      fc.property(matchSpecText, fc.array(everything, { maxLength: 5 }), (text, found) => {
        const parsed = spec(text);
        const canonical = canonicalMatchSpec(parsed);
        expect(canonicalMatchSpec(spec(canonical))).toBe(canonical);
        expect(canonicalMatchSpec(spec(solverSpec(parsed)))).toBe(canonical);
        for (const each of [...records, ...found]) {
          expect(matchSpecMatches(spec(canonical), each)).toBe(matchSpecMatches(parsed, each));
        }
      }),
    );
  });
});

describe('canonicalMatchSpec', () => {
  test.each([
    ['numpy ==1.0', 'numpy==1.0', "numpy[version='==1.0']", 'NumPy 1.0'],
    ['numpy>=1,<2', 'numpy <2 , >=1', 'numpy[version="<2,>=1"]'],
    ['conda-forge/noarch::foo 1', 'foo[channel=conda-forge,subdir=noarch,version=1]', 'conda-forge/noarch/:ns:foo==1'],
    ['foo[track_features="b a"]', "foo[track_features='a,b']"],
  ])('spells %j in one way', (...texts) => {
    expect(new Set(texts.map((text) => canonicalMatchSpec(spec(text))))).toHaveLength(1);
  });

  test('keeps what differs apart', () => {
    const texts = [
      'foo',
      'foo 1',
      'foo 1.*',
      'foo >=1',
      'a::foo',
      'b::foo',
      'a/noarch::foo',
      'foo[fn=a]',
      'foo[license=a]',
    ];
    expect(new Set(texts.map((text) => canonicalMatchSpec(spec(text))))).toHaveLength(texts.length);
  });
});

describe('matchSpecMatches', () => {
  test('looks at name, version and build', () => {
    expect(taken('bar')).toEqual([]);
    expect(taken('foo')).toHaveLength(records.length);
    expect(taken('foo 1.8 mkl')).toEqual(['1.8-mkl', '1.8.0-mkl']);
    expect(taken('foo >=1.8.1,<2 py*_0')).toEqual(['1.8.1-py27_0', '1.9-py27_0', '1.80-py27_0']);
    expect(taken('foo[version=2.0,build="^py(36|27).1$"]')).toEqual(['2.0-py36_1']);
  });

  test.each([
    ['*', true],
    ['py*', true],
    ['*_1', true],
    ['p*3*_1', true],
    ['py36_1*', true],
    ['py36_1*1', false],
    ['y*', false],
    ['PY36_1', false],
    ['^.*6_1$', true],
  ])('build %s', (build, expected) => {
    expect(matchSpecMatches(spec(`foo * ${build}`), record)).toBe(expected);
  });

  test.each([
    ['build_number=1', true],
    ['build_number="=1"', true],
    ['build_number=">1"', false],
    ['build_number="<=1"', true],
    ['build_number="!=1"', false],
    [`md5=${md5}`, true],
    [`sha256=${sha256}`, false],
    ['subdir=noarch', true],
    ['subdir=linux-64', false],
    ['fn=foo-1.8-py36_1.conda', true],
    ['license=MIT', true],
    ['license=BSD', false],
    ['track_features="a b"', true],
    ['track_features=c', false],
    ['url=https://h/c/noarch/foo-1.8-py36_1.conda', true],
    ['url=https://h/c/osx-64/foo-1.8-py36_1.conda', false],
  ])('[%s]', (keys, expected) => {
    const full = { ...record, md5, subdir: 'noarch', license: 'MIT', track_features: 'b a' };
    expect(matchSpecMatches(spec(`foo[${keys}]`), full)).toBe(expected);
  });

  test('a version that is none matches only a spec that does not ask', () => {
    expect(matchSpecMatches(spec('foo'), { ...record, version: '1..2' })).toBe(true);
    expect(matchSpecMatches(spec('foo !=1'), { ...record, version: '1..2' })).toBe(false);
  });

  test('a hostile pattern and a long build cost no time', () => {
    const long = { ...record, build: 'a'.repeat(100_000) };
    expect(matchSpecMatches(spec('foo * a*a*a*a*a*a*a*a*a*a*b'), long)).toBe(false);
    expect(matchSpecMatches(spec('foo[build="^a*a*a*b$"]'), long)).toBe(false);
  });
});
