import { describe, expect, it } from 'vitest';
import { subdirSchema } from '../../../core/names/subdir.ts';
import { GatehouseError } from '../../../core/problems/error.ts';
import type { ProjectFile } from '../../../core/python-index/project-file.ts';
import type { PipIndex } from '../../../core/resolve/pip-index.ts';
import { resolve } from '../../../core/resolve/resolve.ts';
import { parseCoreMetadata } from '../../../core/wheel/core-metadata.ts';
import { projectFile, requirementOf, target } from '../../support/python/pip-worlds.ts';

/** File name -> lines of its metadata; null for one that cannot be read. */
type Files = Readonly<Record<string, readonly string[] | null>>;

/** An index of these files, by the project's name in front. */
function indexOf(files: Files, facts: Readonly<Record<string, Partial<ProjectFile>>> = {}): PipIndex {
  return {
    async files(project) {
      const own = Object.keys(files).filter((name) => name.split('-')[0] === project);
      return own.length === 0 ? null : own.map((name) => projectFile(name, facts[name]));
    },
    async metadata({ fileName }) {
      const lines = files[fileName];
      if (lines === null || lines === undefined) throw new GatehouseError('package.refused', 'metadata.field: no name');
      const [name, version] = fileName.split('-');
      const text = [`Metadata-Version: 2.1`, `Name: ${name}`, `Version: ${version}`, ...lines, '', ''].join('\n');
      return parseCoreMetadata(Buffer.from(text), fileName, () => {});
    },
  };
}

const pure = (release: string) => `${release}-py3-none-any.whl`;
const needs = (...texts: string[]) => texts.map((text) => `Requires-Dist: ${text}`);
const extra = (...names: string[]) => names.map((name) => `Provides-Extra: ${name}`);

async function resolved(index: PipIndex, roots: string, on = target): Promise<string> {
  const resolution = await resolve(roots.split(' & ').map(requirementOf), on, index);
  if (!resolution.ok) return resolution.explanation;
  const taken = resolution.releases.map(({ project, version }) => `${project} ${version.text}`);
  return [...taken, ...resolution.warnings].join('; ');
}

describe('an extra of a dependency', () => {
  const b = [...needs('c; extra == "x-y"', 'b[X.y]; extra == "all"', 'd; extra == "no"'), ...extra('x_Y', 'all', 'no')];
  const others = { [pure('c-1')]: [], [pure('d-1')]: [] };

  it.each([['x-y'], ['X_y'], ['x.Y'], ['all']])('is what it adds: %s', async (name) => {
    const index = indexOf({ [pure('a-1')]: needs(`b[${name}]`), [pure('b-1')]: b, ...others });
    expect(await resolved(index, 'a')).toBe('a 1; b 1; c 1');
  });

  it('that the release does not have is left out with a word, as by pip', async () => {
    const index = indexOf({ [pure('a-1')]: needs('b[z]'), [pure('b-1')]: b, ...others });
    expect(await resolved(index, 'a')).toBe('a 1; b 1; b 1 has no extra "z", which is asked for');
  });

  it('is asked of a release that was taken without it before', async () => {
    const index = indexOf({
      [pure('a-1')]: needs('e', 'b'),
      [pure('e-1')]: needs('b[all]'),
      [pure('b-1')]: b,
      ...others,
    });
    expect(await resolved(index, 'b & a')).toBe('a 1; b 1; c 1; e 1');
  });
});

describe('markers', () => {
  const all = needs(
    'tomli; python_version < "3.11"',
    'pywin32; sys_platform == "win32"',
    'futures; python_version == "2.7"',
    'x; platform_machine == "ppc64le"',
  );
  const names = ['tomli', 'pywin32', 'futures', 'x'];
  const index = indexOf({ [pure('a-1')]: all, ...Object.fromEntries(names.map((name) => [pure(`${name}-1`), []])) });
  const on = (subdir: string, pythonMinor: number) => ({
    subdir: subdirSchema.parse(subdir),
    pythonMinor,
    glibc: '2.28',
    macos: '13.0',
  });

  it.each([
    ['linux-64', 10, 'a 1; tomli 1'],
    ['linux-64', 11, 'a 1'],
    ['osx-arm64', 12, 'a 1'],
    ['win-64', 10, 'a 1; pywin32 1; tomli 1'],
    ['win-64', 12, 'a 1; pywin32 1'],
    ['linux-ppc64le', 12, 'a 1; x 1'],
  ])('count as for pip: %s, Python 3.%d', async (subdir, minor, expected) => {
    expect(await resolved(index, 'a', on(subdir, minor))).toBe(expected);
  });

  it('that nobody can decide are named; an earlier release may do without', async () => {
    const undecided = { [pure('a-2')]: needs('y; platform_release >= "5"') };
    expect(await resolved(indexOf(undecided), 'a')).toBe(
      '"a" is asked for; a 2 cannot be installed: its requirement "y; platform_release >= "5"" has a marker that nobody can decide beforehand',
    );
    expect(await resolved(indexOf({ ...undecided, [pure('a-1')]: [] }), 'a')).toBe('a 1');
  });
});

describe('what cannot be had is told: ', () => {
  it.each<[string, Files, string, string, Record<string, Partial<ProjectFile>>?]>([
    ['no project', { [pure('a-1')]: needs('b>=2') }, 'a', 'a 1 needs "b>=2"; there is no project b'],
    [
      'no release in range',
      { [pure('a-1')]: needs('b>=2'), [pure('b-1')]: [] },
      'a',
      'a 1 needs "b>=2"; the newest of b are 1',
    ],
    ['an sdist alone', { 'a-1.0.tar.gz': null }, 'a', '"a" is asked for; a-1.0.tar.gz is only a source distribution'],
    [
      'another platform',
      { 'a-1-cp39-cp39-win_amd64.whl': [], 'a-1.0.tar.gz': null },
      'a',
      '"a" is asked for; a-1-cp39-cp39-win_amd64.whl is for another platform or python',
    ],
    [
      'a yanked file',
      { [pure('a-1')]: [] },
      'a',
      '"a" is asked for; a 1 is yanked',
      { [pure('a-1')]: { yanked: 'broken' } },
    ],
    [
      'another python',
      { [pure('a-1')]: ['Requires-Python: >=3.12'] },
      'a',
      '"a" is asked for; a 1 is for python >=3.12',
    ],
    [
      'another python, by the page',
      { [pure('a-1')]: [] },
      'a',
      '"a" is asked for; a-1-py3-none-any.whl is for python <3.9',
      { [pure('a-1')]: { requiresPython: '<3.9' } },
    ],
    [
      'no sha256',
      { [pure('a-1')]: [] },
      'a',
      '"a" is asked for; a-1-py3-none-any.whl comes without a sha256',
      { [pure('a-1')]: { sha256: null } },
    ],
    [
      'a URL',
      { [pure('a-1')]: needs('b @ https://a.example/b.whl') },
      'a',
      '"a" is asked for; a 1 cannot be installed: its requirement "b @ https://a.example/b.whl" asks for "b" by a URL, not from the index',
    ],
    ['metadata', { [pure('a-1')]: null }, 'a', '"a" is asked for; a 1 cannot be read: metadata.field: no name'],
    [
      'a conflict',
      { [pure('a-1')]: needs('c<2'), [pure('b-1')]: needs('c>=2'), [pure('c-1')]: [], [pure('c-2')]: [] },
      'a & b',
      'a 1 needs "c<2" and b 1 needs "c>=2"; the newest of c are 2, 1',
    ],
  ])('%s', async (_, files, roots, expected, facts) =>
    expect(await resolved(indexOf(files, facts), roots)).toBe(expected),
  );
});

describe('what is let in', () => {
  const files = { [pure('a-1')]: [], [pure('a-2rc1')]: [], [pure('a-0.9')]: [] };

  it('a pre-release only where it is named or there is nothing else', async () => {
    expect(await resolved(indexOf(files), 'a')).toBe('a 1');
    expect(await resolved(indexOf(files), 'a>=2rc1')).toBe('a 2rc1');
    expect(await resolved(indexOf({ [pure('a-2rc1')]: [] }), 'a')).toBe('a 2rc1');
  });

  it('a yanked file only where its version is pinned', async () => {
    const yanked = { [pure('a-1')]: { yanked: true } };
    expect(await resolved(indexOf(files, yanked), 'a')).toBe('a 0.9');
    expect(await resolved(indexOf(files, yanked), 'a==1')).toBe('a 1');
    expect(await resolved(indexOf(files, yanked), 'a==1.*')).toBe('"a==1.*" is asked for; a 1 is yanked');
  });

  it('a Requires-Python that is none, as by pip', async () => {
    expect(await resolved(indexOf({ [pure('a-1')]: ["Requires-Python: >= '2.7'"] }), 'a')).toBe('a 1');
  });

  it('the wheel for the platform before the pure one, and all that fit', async () => {
    const built = ['a-1-cp311-cp311-manylinux_2_17_x86_64.whl', 'a-1-cp39-abi3-manylinux_2_17_x86_64.whl', pure('a-1')];
    const index = indexOf({
      ...Object.fromEntries(built.toReversed().map((name) => [name, []])),
      'a-1-cp311-cp311-win_amd64.whl': [],
    });
    const resolution = await resolve([requirementOf('a')], target, index);
    expect(resolution.ok && resolution.releases[0]?.files.map(({ fileName }) => fileName)).toEqual(built);
  });
});

it.each([
  [['a-1-py3-none-any.whl', 'a-1-py311-none-any.whl', 'a-1-py310-none-any.whl'], 'py311'],
  [['a-1-py3-none-any.whl', 'a-1-py310-none-any.whl', 'a-1-py39-none-any.whl'], 'py3'],
  [['a-1-py310-none-any.whl', 'a-1-py39-none-any.whl'], 'py310'],
  [['a-1-py311-none-any.whl', 'a-1-cp311-none-any.whl'], 'cp311'],
  [['a-1-cp37-abi3-linux_x86_64.whl', 'a-1-cp310-abi3-linux_x86_64.whl'], 'cp310'],
])('goes by the wheel that pip takes: of %j the one for %s', async (files, python) => {
  const markers = files.map((name) => [name, needs(name.split('-')[2] ?? '')] as const);
  const others = files.map((name) => [pure(`${name.split('-')[2]}-1`), []] as const);
  const index = indexOf(Object.fromEntries([...markers, ...others]));
  expect(await resolved(index, 'a')).toBe([`a 1`, `${python} 1`].join('; '));
});

it('a search is bounded: ten projects want nine places, and it is given up', async () => {
  const places = Array.from({ length: 9 }, (_, i) => i + 1);
  const projects = Array.from({ length: 10 }, (_, i) => i + 1);
  const wanting = projects.flatMap((one) =>
    places.map((place) => [pure(`p${one}-${place}`), needs(`place${place}==${one}`)] as const),
  );
  const taken = places.flatMap((place) => projects.map((one) => [pure(`place${place}-${one}`), []] as const));
  const index = indexOf(Object.fromEntries([...wanting, ...taken]));
  expect(await resolved(index, projects.map((one) => `p${one}`).join(' & '))).toContain('the search was given up');
});

describe('metadata that would cost hours is no candidate: ', () => {
  const numbers = Array.from({ length: 5000 }, (_, i) => i);

  it.each([
    ['lines about one project', numbers.map((i) => `b>=0.${i}`), 'a 2 asks for b more than 100 times'],
    [
      'extras that each bring another',
      ['a[x0]', ...numbers.map((i) => `a[x${i + 1}]; extra == "x${i}"`)],
      'a 2 asks for more extras of its own than any release has',
    ],
    ['a thousand extras', [`a[${numbers.slice(0, 1500).map((i) => `x${i}`)}]`], 'a 2 asks for more extras of its own'],
  ])('%s', { timeout: 5000 }, async (_, lines, why) => {
    const metadata = [...needs(...lines), ...extra(...numbers.map((i) => `x${i}`))];
    const newest = { [pure('a-2')]: metadata, [pure('b-1')]: [] };
    expect(await resolved(indexOf({ ...newest, [pure('a-1')]: [] }), 'a')).toBe('a 1');
    expect(await resolved(indexOf(newest), 'a')).toContain(why);
  });
});
