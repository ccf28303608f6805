import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matchSpecMatches } from '../../../../core/names/match-spec/match-record.ts';
import { canonicalMatchSpec, solverSpec } from '../../../../core/names/match-spec/solver-spec.ts';
import { record, records } from '../../../support/solver/foo-records.ts';
import { matchSpecOf as spec } from '../../../support/solver/match-spec-of.ts';
import { matchSpecText, versionText } from '../../../support/solver/spec-arbitraries.ts';

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
