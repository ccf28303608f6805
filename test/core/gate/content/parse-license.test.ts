import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { idOf, isAllowed, type License, parseLicense } from '../../../../core/gate/content/parse-license.ts';

const license = (id: string, exception: string | null = null): License => ({ kind: 'license', id, exception });

describe('an SPDX expression', () => {
  it.each<[string, License]>([
    ['MIT', license('MIT')],
    ['GPL-2.0+', license('GPL-2.0+')],
    ['LicenseRef-Public-Domain', license('LicenseRef-Public-Domain')],
    ['DocumentRef-x:LicenseRef-y', license('DocumentRef-x:LicenseRef-y')],
    ['GPL-3.0-only WITH GCC-exception-3.1', license('GPL-3.0-only', 'GCC-exception-3.1')],
    ['MPL-2.0 or MIT', { kind: 'or', of: [license('MPL-2.0'), license('MIT')] }],
    ['((MIT))', license('MIT')],
    [' MIT\tAND\n(ISC)', { kind: 'and', of: [license('MIT'), license('ISC')] }],
    ['A OR B AND C WITH d', { kind: 'or', of: [license('A'), { kind: 'and', of: [license('B'), license('C', 'd')] }] }],
    ['(A OR B) AND C', { kind: 'and', of: [{ kind: 'or', of: [license('A'), license('B')] }, license('C')] }],
  ])('is read: %s', (text, expected) => {
    expect(parseLicense(text)).toEqual(expected);
  });

  it.each([
    '',
    '()',
    'MIT MIT',
    'MIT AND',
    'OR MIT',
    'MIT OR OR ISC',
    '(MIT',
    '(MIT x',
    '(MIT OR ISC AND',
    'MIT)',
    'MIT WITH',
    'MIT WITH (x)',
    '(MIT OR ISC) WITH x',
    'AND',
    'MIT, ISC',
    'MIT/ISC',
    'Apache License 2.0',
    '+',
    'MIT++',
    '-MIT',
    'MIT OR ISC) OR (A',
    `MIT${' AND MIT'.repeat(300)}`,
  ])('is none: %s', (text) => {
    expect(parseLicense(text)).toBeNull();
  });

  it('is refused when it is long, however deep it is', () => {
    expect(parseLicense(`${'('.repeat(900)}MIT${')'.repeat(900)}`)).toEqual(license('MIT'));
    expect(parseLicense(`${'('.repeat(1000)}MIT${')'.repeat(1000)}`)).toBeNull();
  });
});

describe('what is allowed', () => {
  const allowed = new Set(['MIT', 'GPL-2.0', 'Apache-2.0', 'LGPL-2.1-or-later'].map(idOf));

  it.each([
    'MIT',
    'mit',
    'GPL-2.0-only',
    'GPL-2.0',
    'LGPL-2.1+',
    'MIT AND Apache-2.0',
    'X OR MIT',
    'Apache-2.0 WITH LLVM-exception',
    '(X OR MIT) AND (Y OR GPL-2.0-only)',
  ])('allows %s', (text) => {
    const parsed = parseLicense(text);
    expect(parsed !== null && isAllowed(parsed, allowed)).toBe(true);
  });

  it.each([
    'X',
    'GPL-2.0+',
    'GPL-2.0-or-later',
    'LGPL-2.1-only',
    'MIT AND X',
    'X OR Y',
    'MIT+',
    'X WITH LLVM-exception',
    'X OR Y AND MIT',
    'LicenseRef-MIT',
  ])('does not allow %s', (text) => {
    const parsed = parseLicense(text);
    expect(parsed !== null && isAllowed(parsed, allowed)).toBe(false);
  });
});

const ids = ['MIT', 'ISC', 'Zlib', 'GPL-3.0-only', 'LicenseRef-x'];

const leaves: fc.Arbitrary<License> = fc.record({
  kind: fc.constant('license' as const),
  id: fc.constantFrom(...ids),
  exception: fc.option(fc.constantFrom('GCC-exception-3.1', 'LLVM-exception'), { nil: null }),
});

const treesOf = (inner: fc.Arbitrary<License>): fc.Arbitrary<License> =>
  fc.record({
    kind: fc.constantFrom('and' as const, 'or' as const),
    of: fc.array(inner, { minLength: 2, maxLength: 3 }),
  });

const shallow = fc.oneof(leaves, treesOf(leaves));
const trees = fc.oneof(shallow, treesOf(shallow), treesOf(fc.oneof(leaves, treesOf(shallow))));

/** Written with all its parentheses. */
function written(one: License, lower: boolean): string {
  if (one.kind === 'license')
    return one.exception === null ? one.id : `${one.id} ${lower ? 'with' : 'WITH'} ${one.exception}`;
  const word = lower ? one.kind : one.kind.toUpperCase();
  return one.of.map((inner) => `(${written(inner, lower)})`).join(` ${word} `);
}

/** What may be chosen, by the model: all sets of licenses that would do. */
function choices(one: License): string[][] {
  if (one.kind === 'license') return [[one.id]];
  const each = one.of.map(choices);
  if (one.kind === 'or') return each.flat();
  return each.reduce((sofar, next) => sofar.flatMap((a) => next.map((b) => [...a, ...b])), [[]]);
}

describe('any expression', () => {
  it('is read as it was written, operators in any case', () => {
    fc.assert(
      fc.property(trees, fc.boolean(), (tree, lower) => {
        expect(parseLicense(written(tree, lower))).toEqual(tree);
      }),
      { numRuns: 200 },
    );
  });

  it('is allowed when one of the choices that it leaves is allowed whole', () => {
    fc.assert(
      fc.property(trees, fc.subarray(ids), (tree, list) => {
        const all = choices(tree);
        fc.pre(all.length < 500);
        const expected = all.some((choice) => choice.every((id) => list.includes(id)));
        expect(isAllowed(tree, new Set(list.map(idOf)))).toBe(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('never ends in an error, whatever the text', () => {
    const words = fc.constantFrom('MIT', 'and', 'OR', 'WITH', '(', ')', '+', ',', ' ');
    const texts = fc.oneof(
      fc.string(),
      fc.array(words).map((all) => all.join(' ')),
    );
    fc.assert(fc.property(texts, (text) => void parseLicense(text)));
  });
});
