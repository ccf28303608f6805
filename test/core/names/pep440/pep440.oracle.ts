import fc from 'fast-check';
import { expect, it } from 'vitest';
import { comparePep440 } from '../../../../core/names/pep440/compare-pep440.ts';
import { isPrerelease, parsePep440Version } from '../../../../core/names/pep440/pep440-version.ts';
import { namesPrerelease, parseSpecifier } from '../../../../core/names/pep440/specifier.ts';
import { admittedVersions, specifierMatches } from '../../../../core/names/pep440/specifier-matches.ts';
import { disagreements } from '../../../support/python/disagreements.ts';
import { packagingSays } from '../../../support/python/packaging-says.ts';
import {
  specifierAndVersion,
  spelledSpecifierText,
  spelledVersionText,
  versionTextWithLocal,
} from '../../../support/python/pep440-arbitraries.ts';
import { pep440Of, specifierOf } from '../../../support/python/pep440-of.ts';

const times = 20_000;

it('reads and spells versions as packaging does', () => {
  const texts = fc.sample(fc.oneof(spelledVersionText, versionTextWithLocal), times);
  const theirs = packagingSays('[str(Version(it)), Version(it).is_prerelease]', texts);
  const mine = texts.map(parsePep440Version).map((version) => version && [version.text, isPrerelease(version)]);
  expect(disagreements(texts, mine, theirs)).toEqual([]);
  expect(mine.filter((one) => one !== null).length).toBeGreaterThan(times / 3);
  expect(mine.filter((one) => one === null).length).toBeGreaterThan(times / 10);
});

it('orders versions as packaging does', () => {
  const pairs = fc.sample(fc.oneof(fc.tuple(versionTextWithLocal, versionTextWithLocal), nearVersions()), times);
  const theirs = packagingSays('(Version(it[0]) > Version(it[1])) - (Version(it[0]) < Version(it[1]))', pairs);
  const mine = pairs.map(([a, b]) => Math.sign(comparePep440(pep440Of(a), pep440Of(b))));
  expect(disagreements(pairs, mine, theirs)).toEqual([]);
});

/** Two versions of one release, written with more zeros or fewer. */
function nearVersions(): fc.Arbitrary<[string, string]> {
  const release = /^(\d+!)?\d+(\.\d+)*/;
  return fc
    .tuple(versionTextWithLocal, versionTextWithLocal, fc.constantFrom('', '.0', '.0.0', '.0.1'))
    .map(([a, b, more]) => [a, `${release.exec(a)?.[0] ?? ''}${more}${b.replace(release, '')}`]);
}

it('takes and refuses specifiers as packaging does', () => {
  const texts = fc.sample(spelledSpecifierText, times);
  const theirs = packagingSays('[SpecifierSet(it).prereleases is True, len(SpecifierSet(it))]', texts);
  const mine = texts.map(parseSpecifier).map((read) => read && [namesPrerelease(read), read.clauses.length]);
  expect(disagreements(texts, mine, theirs)).toEqual([]);
  expect(mine.filter((one) => one !== null).length).toBeGreaterThan(times / 10);
});

it('matches versions as packaging does, with and without pre-releases and local parts', () => {
  const local = fc.constantFrom('', '', '', '+1', '+cu118', '+0.1');
  const cases = fc.sample(
    fc
      .tuple(specifierAndVersion, local, local, fc.constantFrom('==', '!=', '==='), fc.boolean())
      .map(([[specifier, version], own, other, operator, more]): [string, string] => [
        more ? `${specifier},${operator}${version}${own}` : specifier,
        version + other,
      ]),
    times,
  );
  const theirs = packagingSays(
    '[SpecifierSet(it[0]).contains(Version(it[1]), prereleases=p) for p in (True, False)]',
    cases,
  );
  const mine = cases.map(([specifier, version]) =>
    [true, false].map((prereleases) => specifierMatches(specifierOf(specifier), pep440Of(version), { prereleases })),
  );
  expect(disagreements(cases, mine, theirs)).toEqual([]);
});

it('lets pre-releases in as packaging does', () => {
  const cases = fc.sample(fc.array(specifierAndVersion, { minLength: 1, maxLength: 8 }), times).map((pairs) => ({
    specifier: pairs[0]?.[0] ?? '',
    versions: pairs.map(([, version]) => version),
  }));
  const theirs = packagingSays(
    "[str(v) for v in SpecifierSet(it['specifier']).filter(map(Version, it['versions']))]",
    cases,
  );
  const mine = cases.map(({ specifier, versions }) =>
    admittedVersions(specifierOf(specifier), versions.map(pep440Of), (version) => version).map(({ text }) => text),
  );
  expect(disagreements(cases, mine, theirs)).toEqual([]);
});
