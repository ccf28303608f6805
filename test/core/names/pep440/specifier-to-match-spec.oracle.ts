import { Version as RattlerVersion, VersionSpec as RattlerVersionSpec } from '@conda-org/rattler';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Pep440Version } from '../../../../core/names/pep440/pep440-version.ts';
import { specifierMatches } from '../../../../core/names/pep440/specifier-matches.ts';
import { specifierToMatchSpec } from '../../../../core/names/pep440/specifier-to-match-spec.ts';
import { matchesInConda } from '../../../support/python/matches-in-conda.ts';
import { packagingSays } from '../../../support/python/packaging-says.ts';
import { specifierAndVersion } from '../../../support/python/pep440-arbitraries.ts';
import { pep440Of, specifierOf } from '../../../support/python/pep440-of.ts';

const times = 20_000;

interface Exception {
  readonly reason: string;
  /** A specifier and a version on which the two differ. */
  readonly example: readonly [specifier: string, version: string];
  /** `limit` is a version that the specifier names. */
  readonly covers: (limit: Pep440Version, version: Pep440Version) => boolean;
}

/** Where no MatchSpec says what the specifier says, for conda orders the two versions otherwise. */
const exceptions: readonly Exception[] = [
  {
    reason:
      'a development release comes before the alphas of its release in PEP 440, and after its candidates in conda',
    example: ['>=1.0a1', '1.0.dev1'],
    covers: (limit, version) => sameRelease(limit, version) && [limit, version].some(isBareDevelopment),
  },
  {
    reason:
      'of two suffixes on one release, that behind more zeros is the higher (1.0.0a1 > 1.0a2) or lower (post) in conda',
    example: ['>=1.0a2', '1.0.0a1'],
    covers: (limit, version) => sameRelease(limit, version) && limit.release.length !== version.release.length,
  },
  {
    reason:
      'a post-release comes before the releases below its own in PEP 440, and after those that go on with a zero in conda',
    example: ['<1.0.post1', '1.0.0.1'],
    covers: (limit, version) =>
      (limit.post !== null && goesOn(version, limit)) || (version.post !== null && goesOn(limit, version)),
  },
  {
    reason:
      'a development release of the first alpha comes before 1.1a0, one of post-release 0 before 1.1.post0: the bounds',
    example: ['<1.1', '1.1a0.dev1'],
    covers: (limit, { release, epoch, pre, post, dev }) =>
      dev !== null &&
      ((pre?.letter === 'a' && pre.number === 0n) || (post === 0n && sameRelease(limit, { release, epoch }))),
  },
];

const isBareDevelopment = ({ pre, post, dev }: Pep440Version): boolean => dev !== null && pre === null && post === null;

type Release = Pick<Pep440Version, 'epoch' | 'release'>;

const trimmed = ({ epoch, release }: Release): string => `${epoch}!${release.join('.')}`.replace(/(\.0)+$/, '');
const sameRelease = (a: Release, b: Release): boolean => trimmed(a) === trimmed(b);
/** The release of `a` starts with that of `b` and a zero. */
const goesOn = (a: Release, b: Release): boolean => `${a.epoch}!${a.release.join('.')}`.startsWith(`${trimmed(b)}.0`);

const limitsOf = (specifier: string): Pep440Version[] =>
  specifierOf(specifier).clauses.flatMap((clause) => (clause.op === '===' ? [] : [clause.version]));

it('says in a MatchSpec what packaging reads, but for the exceptions above', () => {
  const pairs = fc.sample(specifierAndVersion, times);
  const theirs = packagingSays('SpecifierSet(it[0]).contains(it[1], prereleases=True)', pairs);
  const differing: string[] = [];
  const unexplained: string[] = [];
  for (const [i, [specifier, version]] of pairs.entries()) {
    const translated = specifierToMatchSpec(specifierOf(specifier));
    if (!translated.ok) throw new Error(`${specifier}: ${translated.message}`);
    const mine = matchesInConda(translated.text, version);
    expect(new RattlerVersionSpec(translated.text).matches(new RattlerVersion(version))).toBe(mine);
    if (mine === theirs[i]) continue;
    const about = `${specifier} -> ${translated.text} on ${version}: packaging says ${theirs[i]}`;
    const reason = exceptions.find(({ covers }) =>
      limitsOf(specifier).some((limit) => covers(limit, pep440Of(version))),
    );
    (reason === undefined ? unexplained : differing).push(about);
  }
  expect(unexplained).toEqual([]);
  expect(differing.length).toBeLessThan(times / 50);
});

it.each(exceptions)('cannot say everything: $reason', ({ example: [specifier, version], covers }) => {
  const translated = specifierToMatchSpec(specifierOf(specifier));
  if (!translated.ok) throw new Error(translated.message);
  const meant = specifierMatches(specifierOf(specifier), pep440Of(version), { prereleases: true });
  expect(matchesInConda(translated.text, version)).toBe(!meant);
  expect(limitsOf(specifier).some((limit) => covers(limit, pep440Of(version)))).toBe(true);
});
