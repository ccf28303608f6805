import { describe, expect, it } from 'vitest';
import type { PassedOver } from '../../../core/ports/store.ts';
import { simpleStrays } from '../../../core/store/simple-strays.ts';
import { collectStrays } from '../../../core/store/strays.ts';

const told = (path: string): string | null => {
  const stray = simpleStrays.object(`simple/${path}`);
  return stray && `${stray.subject}: ${stray.detail}: ${stray.hint}`;
};

describe('what is wrong with a file of the pip index, and what to do', () => {
  it.each([
    ['demo/demo-1.0-py3-none-any.whl', null],
    ['demo/demo-1.0-py3-none-any.whl.metadata', null],
    ['demo/index.html', null],
    ['index.json', null],
    ['demo/.DS_Store', null],
    ['demo/demo-1.0.tar.gz', null],
    [
      'Demo_x-1.0-py3-none-any.whl',
      /^simple\/Demo_x-1\.0-py3-none-any\.whl: lies beside .*: move it to simple\/demo-x\/$/,
    ],
    ['python-constraint-1.4.zip', /: lies beside the projects: move it to simple\/python-constraint\/$/],
    ['demo.whl', /^simple\/demo\.whl: lies beside the projects: move it out of simple/],
    [
      'Demo/demo-1.0-py3-none-any.whl',
      /^simple\/Demo\/: is no name .* normal form .*: rename it to simple\/demo\/, or/,
    ],
    ['ruamel.yaml/x', /^simple\/ruamel\.yaml\/: is no name.*: rename it to simple\/ruamel-yaml\//],
    ['-/x', /^simple\/-\/: is no name.*: move it out/],
    [
      'demo/old/demo-1.0-py3-none-any.whl',
      /^simple\/demo\/old\/: is a folder within a project's: move the files of demo/,
    ],
    ['demo/other-1.0-py3-none-any.whl', /: is a file of another project, other: move it to simple\/other\/$/],
    ['demo/other-1.0-py3-none-any.whl.metadata', /: is a file of another project, other: move it to simple\/other\/$/],
    ['demo/demo-x-1.0.tar.gz', /: is a file of another project, demo-x: move it to simple\/demo-x\/$/],
    ['demo/demo-1.0.tar.gz.metadata', /: is metadata beside a source distribution, which has none: delete it$/],
    ['demo/demo-one.tar.gz', /: is not named as a source distribution of the project \(PEP 625\): /],
    ['demo/demo.whl', /: is not named as a wheel \(PEP 427\): /],
    ['demo/notes.txt', /: is no file of the pip index: move it out of simple\//],
  ])('%s', (path, expected) => {
    if (expected === null) expect(told(path)).toBeNull();
    else expect(told(path)).toMatch(expected);
  });

  it('is told once of a folder, and of what can be no object by its kind', () => {
    const strays = collectStrays(simpleStrays);
    const things: readonly (string | PassedOver)[] = [
      'simple/A/x',
      'simple/A/y',
      { path: 'simple/demo/', kind: 'folder' },
      { path: 'simple/demo/link-1.0-py3-none-any.whl', kind: 'link' },
      { path: 'simple/demo/.lock', kind: 'socket' },
      { path: 'simple/demo/pipe', kind: 'pipe' },
    ];
    for (const thing of things) {
      if (typeof thing === 'string') strays.object(thing);
      else strays.passedOver(thing);
    }
    expect(strays.found().map(({ subject, detail }) => `${subject} ${detail}`)).toEqual([
      'simple/A/ is no name of a project in its normal form (PEP 503)',
      'simple/demo/link-1.0-py3-none-any.whl is a symbolic link, and none is followed',
      'simple/demo/pipe is a pipe, and a file of a project is a regular file',
    ]);
  });
});
