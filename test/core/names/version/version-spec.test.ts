import { Version as RattlerVersion, VersionSpec as RattlerVersionSpec } from '@conda-org/rattler';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareVersions } from '../../../../core/names/version/version.ts';
import { parseVersionSpec } from '../../../../core/names/version/version-spec.ts';
import { versionMatches } from '../../../../core/names/version/version-term.ts';
import { versionSpecText, versionText } from '../../../support/solver/spec-arbitraries.ts';
import { versionOf as version } from '../../../support/solver/version-of.ts';

function matches(spec: string, text: string): boolean | null {
  const parsed = parseVersionSpec(spec);
  return parsed && versionMatches(parsed, version(text));
}

describe('versionMatches', () => {
  test.each([
    ['1.2', '1.2.0', true],
    ['1.2', '1.2.1', false],
    ['==1.2', '1.2.0', true],
    ['=1.2', '1.2.9', true],
    ['=1.2', '1.20', false],
    ['1.2.*', '1.2', true],
    ['1.2*', '1.2.3', true],
    ['1.2.*', '1.2a', false],
    ['9*', '9c', false],
    ['!=1.2.*', '1.2.3', false],
    ['!=1.2', '1.2.3', true],
    ['!=1.2', '1.2.0', false],
    ['~=0.5.3', '0.5.9', true],
    ['~=0.5.3', '0.6', false],
    ['~=0.5.3', '0.5.2', false],
    ['>=1.2,<2|==3', '3', true],
    ['>=1.2,<2|==3', '2', false],
    ['(>=1,<2)|3', '1.5', true],
    ['(1|2),!=2', '2', false],
    [' >= 1.2 , < 2 ', '1.5', true],
    ['>=1.2.*', '1.2', true],
    ['>1.2.*', '1.2', true],
    ['<3.7.0a0', '3.7.0rc1', false],
    ['2.6*|2.7*|3.3*', '3.3.1', true],
    ['2023.*.*', '2023.1', true],
    ['*', '0', true],
    ['>=*', '0', true],
    ['^1\\.[0-9]$', '1.5', true],
    ['^1\\.[0-9]$', '1.55', false],
    ['1.*.3', '1.2.3', true],
    ['1.*.3', '1.2.4', false],
  ])('%j on %s', (spec, text, expected) => {
    expect(matches(spec, text)).toBe(expected);
  });

  test.each([
    '',
    ' ',
    '>',
    '>=1.2,',
    '|1',
    '1.0 2.0',
    '> = 1',
    '=>1',
    '<>1',
    '<*',
    '!=*',
    '>*',
    '(1',
    '1)',
    '()',
    '1..2',
    '^1',
    '^(a+)+$',
    '^(?=a)a$',
    '^a*a*a*a*$',
  ])('%j is no version expression', (spec) => {
    expect(parseVersionSpec(spec)).toBeNull();
  });

  test('parentheses nest to a limit', () => {
    const nested = (depth: number): string => `${'('.repeat(depth)}1${')'.repeat(depth)}`;
    expect(matches(nested(16), '1')).toBe(true);
    expect(parseVersionSpec(nested(17))).toBeNull();
    expect(parseVersionSpec(nested(100_000))).toBeNull();
  });

  /**
   * Where we differ from rattler's VersionSpec, on purpose: `==1.2.*` is "below 1.2" (CEP 29's own example; rattler
   * drops the glob), and `1a` is below `1a0`, for they are equal versions.
   */
  const differs = /==[^,|)]*\*|[a-z]0+(?!\d)/i;

  test('agrees with rattler on any version and expression', () => {
    fc.assert(
      fc.property(versionSpecText, fc.array(versionText, { minLength: 5, maxLength: 5 }), (spec, texts) => {
        fc.pre(!differs.test(spec));
        const oracle = new RattlerVersionSpec(spec, 'lenient');
        for (const text of texts) {
          expect([spec, text, matches(spec, text)]).toEqual([spec, text, oracle.matches(new RattlerVersion(text))]);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('a version is exactly itself, below itself, and at least itself', () => {
    fc.assert(
      fc.property(versionText, (text) => {
        for (const operator of ['==', '=', '>=', '<=', '~=']) expect(matches(operator + text, text)).toBe(true);
        for (const operator of ['!=', '<', '>']) expect(matches(operator + text, text)).toBe(false);
      }),
    );
  });

  test('equal versions fulfil the same', () => {
    fc.assert(
      fc.property(versionSpecText, versionText, fc.constantFrom('.0', '.0.0', ''), (spec, text, zeros) => {
        const longer = text.replace(/^([^+]*?)(?=\+|$)/, (main) => (/[_-]$/.test(main) ? main : main + zeros));
        expect(compareVersions(version(text), version(longer))).toBe(0);
        expect(matches(spec, longer)).toBe(matches(spec, text));
      }),
    );
  });

  test('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'12a.*=<>!~,|()^$ +[]\\') }), versionText, (spec, text) => {
        matches(spec, text);
      }),
      { numRuns: 2000 },
    );
  });
});
