import { expect, it } from 'vitest';
import { parseProjectName } from '../../../core/names/project-name.ts';
import { subdirSchema } from '../../../core/names/subdir.ts';
import { type DependencyWorld, dependencySets } from '../../../core/releases/dependency-sets.ts';

const project = parseProjectName('demo') ?? expect.fail();
const targets = ['linux-64', 'osx-arm64', 'win-64'].flatMap((platform) =>
  ['3.10', '3.11.0rc1', '3.12'].map((python) => ({ platform: subdirSchema.parse(platform), python })),
);

const world: DependencyWorld = {
  nameOf: async (requirement) => requirement.project,
  extraDepends: async ({ extras }) => extras,
  isStated: async (name) => name === 'stated',
};

const needs = (...requiresDist: string[]) => dependencySets({ project, requiresDist }, targets, world);

it('gives each platform and python what pip would give it; a release candidate counts as its release', async () => {
  const sets = await needs(
    'tomli; python_version < "3.11"',
    'pywin32; sys_platform == "win32"',
    'futures; python_version == "2.7"',
    'x; platform_machine == "ppc64le"',
    'demo[all]; extra == "all"',
    'pytest; extra == "test"',
    'plain (>=1.4)',
  );
  if ('code' in sets) expect.fail(sets.detail);
  expect(sets.map(({ platform, python, depends }) => `${platform} ${python}: ${depends.join(', ')}`)).toEqual([
    'linux-64 3.10: tomli, plain >=1.4',
    'linux-64 3.11.0rc1: plain >=1.4',
    'linux-64 3.12: plain >=1.4',
    'osx-arm64 3.10: tomli, plain >=1.4',
    'osx-arm64 3.11.0rc1: plain >=1.4',
    'osx-arm64 3.12: plain >=1.4',
    'win-64 3.10: tomli, pywin32, plain >=1.4',
    'win-64 3.11.0rc1: pywin32, plain >=1.4',
    'win-64 3.12: pywin32, plain >=1.4',
  ]);
});

it('brings the extras that a release asks of itself', async () => {
  const sets = await needs('demo[All]', 'demo[B]; extra == "all"', 'c; extra == "b"', 'd; extra == "x"');
  if ('code' in sets) expect.fail(sets.detail);
  expect(sets.map(({ depends }) => depends)).toEqual(targets.map(() => ['c']));
});

it('looks no further than 20 deep for extras that bring extras', { timeout: 5000 }, async () => {
  const chain = Array.from({ length: 5000 }, (_, i) => `demo[x${i + 1}]; extra == "x${i}"`);
  expect(await needs('demo[x0]', ...chain)).toMatchObject({ detail: expect.stringContaining('more than 20 deep') });
});

it.each([
  ['y; platform_release >= "5"', /"y; platform_release >= "5""/, /"depends": \["y"\]/],
  ['y @ https://a.example/y.whl', /by a URL/, /"depends": \["y"\]/],
  ['y ===1.0-odd', /cannot be said in conda/, /"depends": \["y"\]/],
])('stops at what nobody can tell, with the line that settles it: %s', async (need, detail, hint) => {
  expect(await needs('a', need)).toMatchObject({
    code: 'pypi.dependency',
    detail: expect.stringMatching(detail),
    hint: expect.stringMatching(hint),
  });
});

it('takes the word of the entry for what it states', async () => {
  const sets = await needs('a', 'stated; platform_release >= "5"', 'Stated @ https://a.example/y.whl');
  if ('code' in sets) expect.fail(sets.detail);
  expect(new Set(sets.flatMap(({ depends }) => depends))).toEqual(new Set(['a']));
});
