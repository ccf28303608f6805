import { describe, expect, it } from 'vitest';
import { parseSpecifier } from '../../../../core/names/pep440/specifier.ts';
import { specifierToMatchSpec } from '../../../../core/names/pep440/specifier-to-match-spec.ts';
import { matchesInConda } from '../../../support/python/matches-in-conda.ts';
import { specifierOf } from '../../../support/python/pep440-of.ts';

const translated = (specifier: string): string => {
  const result = specifierToMatchSpec(specifierOf(specifier));
  return result.ok ? result.text : `refused: ${result.message}`;
};

describe('specifierToMatchSpec', () => {
  it.each([
    ['', '*'],
    ['==1.10', '==1.10'],
    ['!=1.0', '!=1.0'],
    ['>=1.0', '>=1.0'],
    ['<=1.0', '<=1.0'],
    ['==2.0.*', '>=2a0,<2.1a0'],
    ['==0.*', '>=0a0,<1a0'],
    ['!=2.0.*', '<2a0|>=2.1a0'],
    ['~=2.2', '>=2.2,<3a0'],
    ['~=2.2.0', '>=2.2.0,<2.3a0'],
    ['~=1.4.5a4', '>=1.4.5a4,<1.5a0'],
    ['~=2.2.post3', '>=2.2.post3,<3a0'],
    ['<3.12', '<3.12a0'],
    ['<3.0', '<3a0'],
    ['<3.0.0dev', '<3a0'],
    ['>=3.0.dev0', '>=3a0'],
    ['<1.0rc1', '<1.0rc1'],
    ['<1.0.post2', '<1.0.post2a0'],
    ['>1.0', '>1.0,<1.0.post0|>=1.0.1a0'],
    ['>1.0a1', '>=1.0a2.dev0'],
    ['>1.0.post1', '>1.0.post1'],
    ['>=1!2.0', '>=1!2.0'],
    ['===1.0', '==1.0'],
    ['>= 1.0-Alpha.1', '>=1.0a1'],
    ['>=1.21,!=1.24.0,<2', '>=1.21,<2a0,!=1.24.0'],
    ['!=3.0.*,!=3.1.*,!=3.2.*,>=2.7', '>=2.7,<3a0|>=3.3a0'],
    ['!=1.5,!=1.3.*', '<1.3a0|>=1.4a0,!=1.5'],
    ['==1.5,!=1.5', '==1.5,<1.5'],
    ['>2,<1', '>2,<2.post0,<1a0'],
    ['>=1,<=1', '==1'],
  ])('%j -> %j', (specifier, text) => {
    expect(translated(specifier)).toBe(text);
  });

  it.each([
    ['==1.0+cu118', 'refused: conda orders the local version "1.0+cu118" otherwise, in "==1.0+cu118"'],
    ['===1.0-1', 'refused: "===" asks for a spelling, and conda knows versions by their canonical one, in "===1.0-1"'],
    ['===2010i', 'refused: "===" asks for a spelling, and conda knows versions by their canonical one, in "===2010i"'],
    ['>=99999999999999999999', 'refused: "99999999999999999999" is no version in conda, in ">=99999999999999999999"'],
    [Array.from({ length: 101 }, (_, i) => `!=${i}`).join(','), 'refused: more than 100 clauses'],
  ])('%s: %s', (specifier, message) => {
    expect(translated(specifier)).toBe(message);
  });

  it.each(['>=3.9,<3.12', '~=3.11.0', '==3.11.*', '>=3.9,!=3.12.*', '<3.12.0', '<3.12.0.dev0'])(
    'lets no release candidate of 3.12 in by an upper bound: %s',
    (specifier) => {
      const spec = translated(specifier);
      const taken = ['3.11.9', '3.12.0b1', '3.12.0rc1', '3.12rc1', '3.12.0.dev0', '3.12.0'].filter((version) =>
        matchesInConda(spec, version),
      );
      expect(taken).toEqual(['3.11.9']);
    },
  );

  it('is quick with a hundred clauses', () => {
    const specifier = parseSpecifier(Array.from({ length: 100 }, (_, i) => `!=${i}.*`).join(','));
    const start = performance.now();
    expect(specifier && specifierToMatchSpec(specifier)).toEqual({ ok: true, text: '<0a0|>=100a0' });
    expect(performance.now() - start).toBeLessThan(200);
  });
});
