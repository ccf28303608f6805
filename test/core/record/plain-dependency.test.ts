import fc from 'fast-check';
import { afterAll, describe, expect, it, test } from 'vitest';
import { matchSpecMatches } from '../../../core/names/match-spec/match-record.ts';
import { parseMatchSpec } from '../../../core/names/match-spec/parse-match-spec.ts';
import { plainDependency } from '../../../core/record/plain-dependency.ts';
import { startRattler } from '../../support/solver/rattler.ts';
import { matchSpecText } from '../../support/solver/spec-arbitraries.ts';

describe('a dependency in the spelling of all clients', () => {
  test.each([
    ['foo', 'foo'],
    ['foo >=1.2.*', 'foo >=1.2.*'],
    ['foo  1.2   py_0', 'foo  1.2   py_0'],
    ['foo !=1.2.*', 'foo !=1.2.*'],
    ['foo 1.2*', 'foo 1.2*'],
    ['foo =1.2|=1.3.*', 'foo =1.2|=1.3.*'],
    ['foo =1.2 py_0', 'foo =1.2 py_0'],
    ['Foo =1.2 py_0', 'foo ==1.2 py_0'],
    ['foo = 1.2 py_0', 'foo ==1.2 py_0'],
    ['Foo =1.2.* py_0', 'foo 1.2.* py_0'],
    ['Foo =1.2 [build=py_0]', 'foo 1.2.* py_0'],
    ['Foo =1.2 # as of 2020', 'foo 1.2.*'],
    ['foo ==1.2.*', 'foo ==1.2.*'],
    ['foo ==1.2.*|>=3', 'foo ==1.2.*|>=3'],
    ['foo ==1.2.* py_0', 'foo 1.2.* py_0'],
    ['foo >1.2.*', 'foo >=1.2'],
    ['foo <1.2.*', 'foo <1.2'],
    ['foo <=1.2.*', 'foo <=1.2'],
    ['foo ~=1.2.*', 'foo ~=1.2'],
    ['foo >=1.2*', 'foo >=1.2'],
    ['foo !=1.2*', 'foo !=1.2.*'],
    ['foo >0,=1.2*', 'foo >0,1.2.*'],
    ['foo <=*', 'foo'],
    ['foo 1.*.*', 'foo 1.*'],
    ['foo *.* py_0', 'foo * py_0'],
    ['foo ==14.2.0=*_1', 'foo ==14.2.0=*_1'],
    ['foo >=1,<2|3.*', 'foo >=1,<2|3.*'],
    ['foo [version=">=1"]', 'foo >=1'],
    ['foo>=1.2 ', 'foo >=1.2'],
    ['foo=1.2', 'foo 1.2.*'],
    ['foo=1.2=py_0', 'foo ==1.2 py_0'],
    [' Foo>=1', 'foo >=1'],
    ['foo\t<2', 'foo <2'],
    ['foo\u00a0<2', 'foo <2'],
    ['foo >= 1, < 2', 'foo >=1,<2'],
    ['foo >=1 # as of 2020', 'foo >=1'],
    ['foo[version=">=1",build="py*"]', 'foo >=1 py*'],
    ['conda-forge::foo', null],
    ['foo[channel=x]', null],
    ['foo[build_number=1]', null],
    ['foo[md5="0123456789abcdef0123456789abcdef"]', null],
    ['foo[license=MIT]', null],
    ['foo[subdir=linux-64]', null],
    ['foo[build="^py[23]6_1$"]', null],
    ['foo==', null],
    ['not a spec at all', null],
    ['', null],
  ])('%j is %j', (text, spelt) => {
    expect(plainDependency(text)).toBe(spelt);
  });
});

const versions = ['0.9', '1.2', '1.2.5', '1.8', '2.0'];
const foos = versions.map((version) => ({ name: 'foo', version, build: 'py36_1', build_number: 1 }));

/** Of a spec, which of some records it takes. */
function taken(text: string): readonly string[] {
  const parsed = parseMatchSpec(text);
  if (!parsed.ok) throw new Error(text);
  return foos.filter((record) => matchSpecMatches(parsed.spec, record)).map(({ version }) => version);
}

/** What a text means and its spelling must: `name =1.2 build`, which is exact to the clients, is wider to our parser. */
function meant(plain: string, text: string): readonly string[] {
  const isExact = / ==/.test(plain) && /\s=[^=]/.test(text) && !text.includes('==');
  return isExact ? taken(text).filter((version) => taken(plain).includes(version)) : taken(text);
}

describe('respelling', () => {
  const rattler = startRattler();
  afterAll(() => rattler.close());

  it('keeps what a dependency means, once is enough, and rattler reads it so', async () => {
    await fc.assert(
      fc.asyncProperty(matchSpecText, fc.constantFrom(...foos), async (text, record) => {
        const plain = plainDependency(text);
        if (plain === null) return;
        expect(plainDependency(plain)).toBe(plain);
        expect(meant(plain, text)).toEqual(taken(plain));
        if (plain === text) return;
        const records = [{ ...record, name: 'bar', version: '1', depends: [plain] }, record];
        const outcome = taken(plain).includes(record.version) ? 'solved' : 'unsolvable';
        expect([plain, await rattler.solve({ spec: 'bar', records })]).toEqual([plain, outcome]);
      }),
      { numRuns: 300 },
    );
  });
});
