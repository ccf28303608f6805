import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSpecifier } from '../../../../core/names/pep440/specifier.ts';
import { admittedVersions, specifierMatches } from '../../../../core/names/pep440/specifier-matches.ts';
import { publicVersionText, specifierAndVersion } from '../../../support/python/pep440-arbitraries.ts';
import { pep440Of, specifierOf } from '../../../support/python/pep440-of.ts';

const matches = (specifier: string, version: string, prereleases = true): boolean =>
  specifierMatches(specifierOf(specifier), pep440Of(version), { prereleases });

describe('specifierMatches', () => {
  it.each([
    ['==1.0', '1.0.0', true],
    ['==1.0', '1.0+cu118', true],
    ['==1.0+cu118', '1.0', false],
    ['==1.0+cu118', '1.0+CU118', true],
    ['== 2.0.*', '2', true],
    ['==9.1.*', '9.1rc1', true],
    ['==1.1.*', '1.10', false],
    ['!=1.1.*', '1.1.post1', false],
    ['<3.12', '3.12.0rc1', false],
    ['<3.12', '3.12.dev0', false],
    ['<3.12rc2', '3.12rc1', true],
    ['<1.0.post1', '1.0rc1', true],
    ['<=1.0', '1.0+cu118', true],
    ['>1.0', '1.0.post1', false],
    ['>1.0', '1.0+cu118', false],
    ['>1.0', '1.0.1a1', true],
    ['>1.0a1', '1.0a1.post1', false],
    ['>1.0.post1', '1.0.post2', true],
    ['~=2.2', '2.9', true],
    ['~=2.2', '3.0a1', false],
    ['~=2.2.0', '2.3', false],
    ['~=2.2.post3', '2.2', false],
    ['===1.0', '1.0', true],
    ['===1.0', '1.0.0', false],
    ['', '1.0', true],
    ['>=1.0,<2.0,', '1.5', true],
    ['>=1!1.0', '2024.1', false],
  ])('%j on %s', (specifier, version, expected) => {
    expect(matches(specifier, version)).toBe(expected);
  });

  it('takes no pre-release unless told', () => {
    expect(matches('>=1.0a1', '1.0a2', false)).toBe(false);
  });
});

describe('parseSpecifier', () => {
  it.each([
    '1.0',
    '=1.0',
    '=>1.0',
    '>= 1.0 <2',
    '>=3.5.*',
    ">= '2.7'",
    '==2010i',
    '~=1',
    '~=1.0+x',
    '>1.0+x',
    '==1.0a1.*',
    '==1.0.post1.*',
    '==*',
    '===',
    '(>=1.0)',
    '>=1.0;',
    'lolwat',
  ])('takes %j for none', (text) => {
    expect(parseSpecifier(text)).toBeNull();
  });

  it('is quick with hostile texts', () => {
    const start = performance.now();
    for (const piece of ['=', '>', ' ', ',', '1.', '>=1,', '==1.*,', '=== ', '>=\t'])
      for (const end of ['', '!', '1']) parseSpecifier(piece.repeat(10_000 / piece.length) + end);
    expect(performance.now() - start).toBeLessThan(200);
  });
});

describe('laws', () => {
  const law = (check: (specifier: string, version: string) => void): void =>
    fc.assert(fc.property(specifierAndVersion, (pair) => check(...pair)));

  it('clauses are joined by and', () => {
    law((specifier, version) => {
      const each = specifier.split(',').every((clause) => matches(clause, version));
      expect(matches(specifier, version)).toBe(each);
    });
  });

  it('an operator and its opposite take each version once', () => {
    fc.assert(
      fc.property(publicVersionText, publicVersionText, (limit, version) => {
        expect(matches(`==${limit}`, version)).toBe(!matches(`!=${limit}`, version));
        if (matches(`<${limit}`, version)) expect(matches(`<=${limit}`, version)).toBe(true);
        if (matches(`>${limit}`, version)) expect(matches(`>=${limit}`, version)).toBe(true);
        expect(matches(`>=${limit}`, version) || matches(`<=${limit}`, version)).toBe(true);
      }),
    );
  });
});

describe('admittedVersions', () => {
  const admitted = (specifier: string, versions: string[]): string[] =>
    admittedVersions(specifierOf(specifier), versions, pep440Of);

  it('keeps pre-releases out while there is something else', () => {
    expect(admitted('>=1.0', ['0.9', '1.0', '1.1rc1', '1.1'])).toEqual(['1.0', '1.1']);
    expect(admitted('', ['2.4.0rc3', '2.3.2'])).toEqual(['2.3.2']);
  });

  it('lets them in when the specifier names one, or nothing else fits', () => {
    expect(admitted('>=1.1rc1', ['1.0', '1.1rc1', '1.1'])).toEqual(['1.1rc1', '1.1']);
    expect(admitted('!=1.1rc1', ['1.0', '1.1rc2'])).toEqual(['1.0']);
    expect(admitted('', ['1.9.dev16', '1.9.dev17'])).toEqual(['1.9.dev16', '1.9.dev17']);
    expect(admitted('>=1.5', ['1.0', '2.0b1'])).toEqual(['2.0b1']);
  });
});
