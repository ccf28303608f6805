import { expect, it } from 'vitest';
import { admitted, candidatesOf } from '../../../core/resolve/candidates.ts';
import { search } from '../../../core/resolve/search.ts';
import type { SearchWorld } from '../../../core/resolve/search-state.ts';
import { projectFile, requirementOf, target } from '../../support/python/pip-worlds.ts';

/** Release -> what it needs. */
const releases: Readonly<Record<string, readonly string[]>> = {
  'b-2': ['a[x]'],
  'b-1': [],
  'a-1': ['d'],
  'c-1': ['b<2'],
  'd-1': [],
};

const world: SearchWorld = {
  bold: true,
  note: () => {},
  async candidates(project, wanted) {
    const files = Object.keys(releases)
      .filter((release) => release.startsWith(project))
      .map((release) => projectFile(`${release}-py3-none-any.whl`));
    const specifiers = wanted.map(({ requirement }) => requirement.specifier);
    return admitted(candidatesOf(project, files, target).releases, specifiers);
  },
  async dependencies({ project, version }, extras) {
    if (project === 'a' && extras.size === 0) return 'was not looked at';
    const requirements = (releases[`${project}-${version.text}`] ?? []).map(requirementOf);
    return { asked: extras, extras, requirements, missing: [] };
  },
};

it('keeps what was taken with an extra that nobody asks for any more, though it is not looked at again', async () => {
  const found = await search(['b', 'a', 'c'].map(requirementOf), world, 100);
  const taken = 'pins' in found ? [...found.pins.values()].map(({ candidate }) => candidate) : [];
  expect(taken.map(({ project, version }) => `${project} ${version.text}`)).toEqual(['b 1', 'a 1', 'c 1', 'd 1']);
});
