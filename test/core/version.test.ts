import { Version as RattlerVersion, VersionSpec as RattlerVersionSpec } from '@conda-org/rattler';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareVersions, parseVersion, parseVersionSpec, type Version, versionMatches } from '../../core/version.ts';
import { versionSpecText, versionText } from '../support/spec-arbitraries.ts';

function version(text: string): Version {
  const parsed = parseVersion(text);
  if (parsed === null) throw new Error(`not a version: ${text}`);
  return parsed;
}

function matches(spec: string, text: string): boolean | null {
  const parsed = parseVersionSpec(spec);
  return parsed && versionMatches(parsed, version(text));
}

const some = versionText.map(version);
const order = (a: string, b: string): number => Math.sign(compareVersions(version(a), version(b)));

/** CEP 33's own list: each line sorts after the one before; on one line all are equal. */
const cep33 = [
  ['0.4', '0.4.0'],
  ['0.4.1.rc', '0.4.1.RC'],
  ['0.4.1+local'],
  ['0.4.1+0.local'],
  ['0.4.1', '0.4.1+0'],
  ['0.4.1+1.local'],
  ['0.5a1'],
  ['0.5b3'],
  ['0.5C1'],
  ['0.5'],
  ['0.9.6'],
  ['0.960923'],
  ['1.0'],
  ['1.1dev1'],
  ['1.1a1'],
  ['1.1.0dev1', '1.1.dev1'],
  ['1.1.a1'],
  ['1.1.0rc1'],
  ['1.1.0.0', '1.1.0', '1.1'],
  ['1.1.post1', '1.1.0post1'],
  ['1.1post1'],
  ['1996.07.12'],
  ['1!0.4.1'],
  ['1!3.1.1.6'],
  ['2!0.4.1'],
];

describe('compareVersions', () => {
  test('orders as CEP 33 lists', () => {
    const ranked = cep33.flatMap((texts, rank) => texts.map((text) => ({ text, rank })));
    for (const a of ranked) {
      for (const b of ranked) {
        expect([a.text, b.text, order(a.text, b.text)]).toEqual([a.text, b.text, Math.sign(a.rank - b.rank)]);
      }
    }
  });

  test.each([
    ['1.0.1_', '1.0.1a', -1],
    ['1.0.1_', '1.0.1', -1],
    ['1.0.1dev', '1.0.1_', -1],
    ['1-2', '1.2', 0],
    ['9007199254740993', '9007199254740992', 1],
    ['20240131120000', '20240131120000.0', 0],
  ])('%s and %s', (a, b, expected) => {
    expect(order(a, b)).toBe(expected);
  });

  test('agrees with rattler on any two versions', () => {
    fc.assert(
      fc.property(versionText, versionText, (a, b) => {
        expect(order(a, b)).toBe(new RattlerVersion(a).compare(new RattlerVersion(b)));
      }),
      { numRuns: 2000 },
    );
  });

  test('is a total order', () => {
    fc.assert(
      fc.property(some, some, some, (a, b, c) => {
        expect(compareVersions(a, a)).toBe(0);
        expect(Math.sign(compareVersions(a, b))).toBe(0 - Math.sign(compareVersions(b, a)));
        const [low, middle, high] = [a, b, c].sort(compareVersions);
        if (low && middle && high) expect(compareVersions(low, high)).toBeLessThanOrEqual(0);
        if (compareVersions(a, b) === 0)
          expect(Math.sign(compareVersions(a, c))).toBe(Math.sign(compareVersions(b, c)));
      }),
    );
  });
});

describe('parseVersion', () => {
  test.each([
    '',
    ' ',
    ' 1',
    '1 ',
    '1.',
    '.1',
    '1..2',
    '_1',
    '1!',
    '!1',
    'a!1',
    '1!2!3',
    '1+',
    '+1',
    '1+2+3',
    '1.*',
    '*',
    '1-2_3',
    '1,2',
    '1:2',
    'é1',
    '1\n',
    '18446744073709551616',
  ])('takes %j for none, as rattler does', (text) => {
    expect(parseVersion(text)).toBeNull();
    expect(() => new RattlerVersion(text)).toThrow();
  });

  // CEP 33: one underscore at the end, no empty segments. rattler takes these.
  test.each(['1__', '1._', '1.-'])('takes %j for none', (text) => {
    expect(parseVersion(text)).toBeNull();
  });

  test('never throws, and takes nothing that rattler does not', () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'12a_-.+!*D ') }));
    fc.assert(
      fc.property(text, (odd) => {
        if (parseVersion(odd) !== null) expect(() => new RattlerVersion(odd)).not.toThrow();
      }),
      { numRuns: 2000 },
    );
  });
});

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
