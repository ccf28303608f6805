import { describe, expect, test } from 'vitest';
import type { MatchSpec } from '../../../../core/names/match-spec/parse-match-spec.ts';
import { canonicalMatchSpec, namesChannel, solverSpec } from '../../../../core/names/match-spec/solver-spec.ts';
import { matchSpecOf as spec } from '../../../support/solver/match-spec-of.ts';

const md5 = 'abcdef0123456789'.repeat(2);
const sha256 = 'abcdef0123456789'.repeat(4);

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
});
