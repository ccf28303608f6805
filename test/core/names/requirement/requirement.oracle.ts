import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { SpecifierClause } from '../../../../core/names/pep440/specifier.ts';
import { evaluateMarker } from '../../../../core/names/requirement/evaluate-marker.ts';
import { parseRequirement } from '../../../../core/names/requirement/parse-requirement.ts';
import { disagreements } from '../../../support/python/disagreements.ts';
import { packagingSays } from '../../../support/python/packaging-says.ts';
import { extraOf } from '../../../support/python/parsed-names.ts';
import { markerText, requirementText } from '../../../support/python/requirement-arbitraries.ts';
import { environmentOf, markerOf } from '../../../support/python/requirement-of.ts';

const times = 20_000;

const spelt = (clause: SpecifierClause): string => {
  if (clause.op === '===') return `===${clause.literal}`;
  return clause.op.endsWith('*') ? `${clause.op.slice(0, 2)}${clause.version.text}.*` : clause.op + clause.version.text;
};

const setUp = `
def spelt(s):
    if s.operator == '===':
        return s.operator + s.version.lower()
    wild = s.version.endswith('.*')
    return s.operator + str(Version(s.version[:-2] if wild else s.version)) + ('.*' if wild else '')

def read(text):
    r = requirements.Requirement(text)
    if r.url:
        return 'url'
    extras = sorted({utils.canonicalize_name(e) for e in r.extras})
    return [utils.canonicalize_name(r.name), extras, sorted({spelt(s) for s in r.specifier}), r.marker is not None]

def holds(text, environment, extras):
    marker = markers.Marker(text)
    return any(marker.evaluate({**environment, 'extra': e}) for e in ['', *extras])
`;

it('reads and refuses requirements as packaging does', () => {
  const texts = fc.sample(requirementText, times);
  const theirs = packagingSays('read(it)', texts, setUp);
  const mine = texts.map((text) => {
    const read = parseRequirement(text);
    if (!read.ok) return read.message.includes('by a URL') ? 'url' : null;
    const { project, extras, specifier, marker } = read.requirement;
    return [project, [...extras].sort(), [...new Set(specifier.clauses.map(spelt))].sort(), marker !== null];
  });
  // We refuse a URL before it is looked at, a backslash in a string, which PEP 508 does not have, an empty clause after
  // `===`, whose text `packaging` lets go on over commas, and a name that ends in `_`, which it takes for a letter there.
  const alike = [...texts.keys()].filter(
    (i) => !/\\|===.*,\s*,|_(?![\w.-])/.test(texts[i] ?? '') && !(mine[i] === 'url' && theirs[i] === null),
  );
  expect(
    disagreements(
      alike.map((i) => texts[i]),
      alike.map((i) => mine[i]),
      alike.map((i) => theirs[i]),
    ),
  ).toEqual([]);
  expect(mine.filter((one) => one !== null).length).toBeGreaterThan(times / 5);
});

const subdirs = ['linux-64', 'linux-aarch64', 'osx-64', 'osx-arm64', 'win-64'] as const;
const extraSets = [[], ['x'], ['x-y', 'test']] as const;

const place = fc.record({ subdir: fc.constantFrom(...subdirs), extras: fc.constantFrom(...extraSets) });

it('decides markers as packaging does, whatever the kernel is', () => {
  const cases = fc.sample(
    fc.tuple(markerText, place, fc.constantFrom('3.10.1', '3.11.0', '3.11.4', '3.12.0rc1', '3.12.1')),
    times,
  );
  const kernels = [
    { platform_release: '4.18', platform_version: '#1 Ubuntu 5' },
    { platform_release: '6.1', platform_version: '' },
  ];
  const asked = cases.map(([text, { subdir, extras }, python]) => ({
    text,
    extras,
    environments: kernels.map((kernel) => ({ ...environmentOf(subdir, python), ...kernel })),
  }));
  const theirs = packagingSays("[holds(it['text'], e, it['extras']) for e in it['environments']]", asked, setUp);
  const mine = cases.map(([text, { subdir, extras }, python]) =>
    evaluateMarker(markerOf(text), environmentOf(subdir, python), extras.map(extraOf)),
  );
  const known = cases.flatMap(([text], i) =>
    mine[i] === null || theirs[i] === null || /platform.(?:release|version)/.test(text) ? [] : [i],
  );
  expect(
    disagreements(
      known.map((i) => cases[i]),
      known.map((i) => [mine[i], mine[i]]),
      known.map((i) => theirs[i]),
    ),
  ).toEqual([]);
  expect(known.length).toBeGreaterThan(times / 2);
  expect(unsound(cases, mine, theirs)).toEqual([]);
  expect(undecided(cases, mine, theirs)).toEqual([]);
});

it('decides markers for a Python whose patch is not known as packaging does for every patch', () => {
  const cases = fc.sample(fc.tuple(markerText, place, fc.constantFrom('3.10', '3.11', '3.12')), times / 4);
  const patches = ['0', '1', '2', '3', '4', '7', '19'];
  const asked = cases.map(([text, { subdir, extras }, minor]) => ({
    text,
    extras,
    environments: patches.map((patch) => ({
      ...environmentOf(subdir, `${minor}.${patch}`),
      platform_release: '6.1',
      platform_version: '#1',
    })),
  }));
  const theirs = packagingSays("[holds(it['text'], e, it['extras']) for e in it['environments']]", asked, setUp);
  const mine = cases.map(([text, { subdir, extras }, minor]) =>
    evaluateMarker(markerOf(text), environmentOf(subdir, minor), extras.map(extraOf)),
  );
  expect(unsound(cases, mine, theirs)).toEqual([]);
  expect(mine.filter((one) => one === null).length).toBeGreaterThan(times / 200);
});

/** Where we decided, and `packaging` finds otherwise in one of the environments that may be there. */
function unsound(cases: readonly unknown[], mine: readonly unknown[], theirs: readonly unknown[]): unknown[] {
  const all = cases.map((about, i) => ({ about, mine: mine[i], theirs: theirs[i] }));
  return all
    .filter((one) => one.mine !== null && Array.isArray(one.theirs) && one.theirs.some((answer) => answer !== one.mine))
    .slice(0, 10);
}

/** Where we could not decide, though no kernel was asked for, and no text of several versions for its equal (`=== "3,4"`). */
function undecided(
  cases: readonly (readonly [text: string, ...unknown[]])[],
  mine: readonly unknown[],
  theirs: readonly unknown[],
): unknown[] {
  return cases
    .filter(([text], i) => mine[i] === null && theirs[i] !== null && !/platform.(?:release|version)|,/.test(text))
    .slice(0, 10);
}
