import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matchingIn, matchSpecMatches } from '../../../../core/names/match-spec/match-record.ts';
import { record, records } from '../../../support/solver/foo-records.ts';
import { matchSpecOf as spec } from '../../../support/solver/match-spec-of.ts';
import { matchSpecText } from '../../../support/solver/spec-arbitraries.ts';

const md5 = 'abcdef0123456789'.repeat(2);
const sha256 = 'abcdef0123456789'.repeat(4);
const taken = (text: string): string[] =>
  records.filter((each) => matchSpecMatches(spec(text), each)).map(({ version, build }) => `${version}-${build}`);

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

describe('matchingIn', () => {
  test('finds the records that match, each version held against a spec once', () => {
    const seen = { none: 0, some: 0 };
    const inOrder = (all: readonly object[]) => all.map((each) => JSON.stringify(each)).sort();
    const matching = matchingIn(records, (each) => each);
    const special = fc.constantFrom(
      'foo[build_number=1]',
      'foo[build_number=2]',
      `foo[md5=${md5}]`,
      'foo * py*',
      'foo',
    );
    fc.assert(
      fc.property(fc.oneof(matchSpecText, special), (text) => {
        const expected = records.filter((each) => matchSpecMatches(spec(text), each));
        seen[expected.length === 0 ? 'none' : 'some']++;
        expect(inOrder(matching(spec(text)))).toEqual(inOrder(expected));
      }),
      { numRuns: 500 },
    );
    expect(Math.min(seen.none, seen.some)).toBeGreaterThan(20);
  });
});
