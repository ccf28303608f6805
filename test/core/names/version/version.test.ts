import { Version as RattlerVersion } from '@conda-org/rattler';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareVersions, parseVersion } from '../../../../core/names/version/version.ts';
import { versionText } from '../../../support/solver/spec-arbitraries.ts';
import { versionOf as version } from '../../../support/solver/version-of.ts';

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
