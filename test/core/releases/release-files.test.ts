import { describe, expect, it } from 'vitest';
import { parseDistributionFileName } from '../../../core/names/distribution-file-name.ts';
import { parseSpecifier } from '../../../core/names/pep440/specifier.ts';
import { projectNameSchema } from '../../../core/names/project-name.ts';
import { chooseReleaseFiles } from '../../../core/releases/release-files.ts';

/** What is chosen of these; a `!` in front is yanked. */
function chosenOf(names: readonly string[], versions = '', unpack = true) {
  const files = names.map((name) => {
    const fileName = parseDistributionFileName(name.replace('!', ''));
    if (fileName === null) throw new TypeError(name);
    const facts = {
      sha256: null,
      size: null,
      requiresPython: null,
      uploadTime: null,
      metadata: false,
      page: 'https://a.example/x/',
    };
    return { fileName, url: `https://a.example/${fileName}`, yanked: name.startsWith('!'), ...facts };
  });
  const specifier = parseSpecifier(versions);
  if (specifier === null) throw new TypeError(versions);
  return chooseReleaseFiles(files, { project: projectNameSchema.parse('x'), specifier, unpack });
}

/** The names of the files chosen, or the code of the reason why there are none. */
function choose(...asked: Parameters<typeof chosenOf>): string[] | string {
  const chosen = chosenOf(...asked);
  return 'code' in chosen ? chosen.code : chosen.map(({ file }) => file.fileName);
}

const wheel = (version: string, tags = 'py3-none-any') => `x-${version}-${tags}.whl`;

describe('of a release is taken', () => {
  it.each<[string, string[], string[] | string]>([
    [
      'the wheel for any Python 3',
      [wheel('1', 'cp312-none-any'), wheel('1', 'py2.py3-none-any')],
      [wheel('1', 'py2.py3-none-any')],
    ],
    ['the later build', [wheel('1', '1-py3-none-any'), wheel('1', '2-py3-none-any')], [wheel('1', '2-py3-none-any')]],
    ['a wheel before an sdist', ['x-1.tar.gz', wheel('1')], [wheel('1')]],
    ['.tar.gz before .zip before .tar.bz2', ['x-1.tar.bz2', 'x-1.zip', 'x-1.tar.gz'], ['x-1.tar.gz']],
    ['no compiled wheel', [wheel('1', 'cp312-cp312-win_amd64')], 'pypi.no-wheel'],
    ['no local version', [wheel('1+cu118')], 'pypi.no-wheel'],
    ['one of two spellings', [wheel('1.0'), 'x-1.tar.gz'], [wheel('1.0')]],
  ])('%s', (_, names, expected) => expect(choose(names)).toEqual(expected));
});

describe('releases are', () => {
  it('newest first, and no pre-release unless it is named or there is nothing else (PEP 440)', () => {
    expect(choose([wheel('1.9'), wheel('1.10'), wheel('2rc1')])).toEqual([wheel('1.10'), wheel('1.9')]);
    expect(choose([wheel('1.9'), wheel('2rc1')], '>=2rc1')).toEqual([wheel('2rc1')]);
    expect(choose([wheel('2rc1')])).toEqual([wheel('2rc1')]);
  });

  it('yanked only for a pin (PEP 592), and a pre-release does not take the place of a yanked one', () => {
    expect(choose([`!${wheel('2')}`, wheel('1')])).toEqual([wheel('1')]);
    expect(choose([`!${wheel('2')}`], '>=2')).toBe('pypi.no-release');
    expect(choose([`!${wheel('2')}`], '==2.*')).toBe('pypi.no-release');
    expect(choose([`!${wheel('2')}`], '==2')).toEqual([wheel('2')]);
  });

  it('bounded: the 20 newest, and of sdists 3', () => {
    const versions = Array.from({ length: 40 }, (_, i) => `${i}`);
    expect(choose(versions.map((version) => wheel(version)))).toHaveLength(20);
    expect(choose(versions.map((version) => `x-${version}.tar.gz`))).toEqual([
      'x-39.tar.gz',
      'x-38.tar.gz',
      'x-37.tar.gz',
    ]);
  });

  it('no sdist without a word', () => {
    expect(choose(['x-2.tar.gz', wheel('1')], '', false)).toEqual([wheel('1')]);
    expect(choose(['x-2.tar.gz'], '', false)).toBe('pypi.no-wheel');
  });

  it('told by five files of a release without a wheel, and by how many more there are', () => {
    const names = ['1', '2', '3', '4', '5', '6', '7'].map((minor) => wheel('1', `cp3${minor}-cp3${minor}-win_amd64`));
    expect(chosenOf(names)).toMatchObject({ detail: expect.stringMatching(/cp35-win_amd64\.whl and 2 more$/) });
    expect(chosenOf(names.slice(2))).toMatchObject({ detail: expect.stringMatching(/cp37-win_amd64\.whl$/) });
  });
});
