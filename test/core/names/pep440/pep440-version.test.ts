import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparePep440 } from '../../../../core/names/pep440/compare-pep440.ts';
import { isPrerelease, parsePep440Version } from '../../../../core/names/pep440/pep440-version.ts';
import { spelledVersionText, versionTextWithLocal } from '../../../support/python/pep440-arbitraries.ts';
import { pep440Of } from '../../../support/python/pep440-of.ts';

const some = versionTextWithLocal.map(pep440Of);
const order = (a: string, b: string): number => Math.sign(comparePep440(pep440Of(a), pep440Of(b)));

describe('parsePep440Version', () => {
  it.each([
    ['1.10', '1.10'],
    ['v1.0', '1.0'],
    [' 1.0 ', '1.0'],
    ['01.02.003', '1.2.3'],
    ['1.0-Alpha.1', '1.0a1'],
    ['4.0-b3', '4.0b3'],
    ['1.0c1', '1.0rc1'],
    ['1.0preview', '1.0rc0'],
    ['1.0-1', '1.0.post1'],
    ['1.0rev2', '1.0.post2'],
    ['2.0a.0', '2.0a0'],
    ['3.0.0dev', '3.0.0.dev0'],
    ['1!2.0', '1!2.0'],
    ['0!2.0', '2.0'],
    ['1.0+Ubuntu-1_07', '1.0+ubuntu.1.7'],
    ['20240131123456789012', '20240131123456789012'],
  ])('reads %j as %j', (text, canonical) => {
    expect(parsePep440Version(text)?.text).toBe(canonical);
  });

  it.each([
    '',
    '1.',
    '.1',
    '1..2',
    'a1',
    '2010i',
    '1.0x',
    '1.0+',
    '1.0-',
    '1.0a1b2',
    '1 .0',
    '!1',
    '1.*',
    '١.٢',
    '1\n2',
  ])('takes %j for none', (text) => {
    expect(parsePep440Version(text)).toBeNull();
  });

  it('spells a canonical version as it is', () => {
    fc.assert(
      fc.property(spelledVersionText, (text) => {
        const read = parsePep440Version(text);
        if (read !== null) expect(pep440Of(read.text)).toEqual(read);
      }),
    );
  });

  it.each([
    '9'.repeat(10_000),
    '1.'.repeat(5_000),
    `1${'-'.repeat(10_000)}`,
    `1+${'a-'.repeat(5_000)}`,
    ' '.repeat(10_000),
  ])('refuses what is too long for a version at once', (text) => {
    const start = performance.now();
    expect(parsePep440Version(text)).toBeNull();
    expect(performance.now() - start).toBeLessThan(50);
  });
});

describe('comparePep440', () => {
  it('orders as PEP 440 does', () => {
    const sorted = [
      ['1.dev0', '1.0.dev'],
      ['1.0.dev456'],
      ['1.0a1.dev1'],
      ['1.0a1', '1.0.0a1'],
      ['1.0a2.dev456'],
      ['1.0a12.dev456'],
      ['1.0a12'],
      ['1.0b1.dev456'],
      ['1.0b2'],
      ['1.0b2.post345.dev456'],
      ['1.0b2.post345'],
      ['1.0rc1.dev456'],
      ['1.0rc1', '1.0c1'],
      ['1.0', '1', '1.0.0'],
      ['1.0+abc.5'],
      ['1.0+abc.7'],
      ['1.0+5'],
      ['1.0+5.1'],
      ['1.0.post0'],
      ['1.0.post456.dev34'],
      ['1.0.post456'],
      ['1.0.0.1'],
      ['1.1.dev1'],
      ['1.9'],
      ['1.10'],
      ['1!0.1'],
    ].flatMap((texts, rank) => texts.map((text) => ({ text, rank })));
    for (const a of sorted)
      for (const b of sorted)
        expect([a.text, b.text, order(a.text, b.text)]).toEqual([a.text, b.text, Math.sign(a.rank - b.rank)]);
  });

  it('is a total order', () => {
    fc.assert(
      fc.property(some, some, some, (a, b, c) => {
        expect(comparePep440(a, a)).toBe(0);
        expect(Math.sign(comparePep440(a, b))).toBe(0 - Math.sign(comparePep440(b, a)));
        const [low, middle, high] = [a, b, c].sort(comparePep440);
        if (low && middle && high) expect(comparePep440(low, high)).toBeLessThanOrEqual(0);
        if (comparePep440(a, b) === 0) expect(Math.sign(comparePep440(a, c))).toBe(Math.sign(comparePep440(b, c)));
      }),
    );
  });
});

it('a development release of a post-release is a pre-release, a post-release is none', () => {
  expect(['1.0.post1.dev0', '1.0.post1', '1.0rc1', '1.0'].map(pep440Of).map(isPrerelease)).toEqual([
    true,
    false,
    true,
    false,
  ]);
});
