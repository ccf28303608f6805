import { describe, expect, it } from 'vitest';
import type { PassedOver } from '../../../core/ports/store.ts';
import { channelStrays } from '../../../core/store/channel-strays.ts';
import { collectStrays } from '../../../core/store/strays.ts';

const told = (path: string): string | null => {
  const stray = channelStrays.object(`conda/${path}`);
  return stray && `${stray.subject}: ${stray.detail}: ${stray.hint}`;
};

describe('what is wrong with a file of a channel, and what to do', () => {
  it.each([
    ['noarch/a-1.0-0.conda', null],
    ['noarch/repodata.json', null],
    ['channeldata.json', null],
    ['noarch/.DS_Store', null],
    ['a-1.0-0.conda', /lies beside the subdirs: move it into .* such as conda\/linux-64\/$/],
    ['rss.xml', /lies beside the subdirs: move it out of conda\//],
    ['Linux-64/a-1.0-0.conda', /no subdir: did you mean conda\/linux-64\/\?$/],
    ['linux_64/a-1.0-0.conda', /did you mean conda\/linux-64\/\?$/],
    ['mine/a-1.0-0.conda', /no subdir: move it into the folder of its subdir/],
    ['linux_64/notes.txt', /no subdir: move it out/],
    ['noarch/a-1.0-0 (1).conda', /rename it to a-1\.0-0\.conda, or remove it/],
    ['noarch/a-1.0-0(2).tar.bz2', /rename it to a-1\.0-0\.tar\.bz2,/],
    ['noarch/A-1.0-0.CONDA', /rename it to a-1\.0-0\.conda,/],
    ['noarch/a-1.0-Py3.Conda', /rename it to a-1\.0-Py3\.conda,/],
    ['noarch/my_package-0.1.tar.bz2', /in lowercase: name it as its info\/index\.json says$/],
    ['noarch/space name-1.0-0.tar.bz2', /name it as/],
    ['noarch/a-1.0-py3-none-any.whl', /is no conda package: .*name its project in the allowlist/],
    ['noarch/a-1.0.tar.gz', /is no conda package: /],
    ['noarch/patch_instructions.json', /is no file of the channel: move it out of conda\//],
    ['noarch/a-1.0-0.conda.part', /is no file of the channel/],
    [
      'noarch/a-1.0-0.conda/info/index.json',
      /^conda\/noarch\/a-1\.0-0\.conda\/: is a folder, and a package is one file/,
    ],
    ['a-1.0-0.conda/info/index.json', /^conda\/a-1\.0-0\.conda\/: is a folder, and/],
    ['noarch/old/deep/a-1.0-0.conda', /^conda\/noarch\/old\/: is a folder within a subdir: move the packages in it up/],
    ['noarch/shards/x', /^conda\/noarch\/shards\/x: is no file of the channel/],
  ])('%s', (path, expected) => {
    if (expected === null) expect(told(path)).toBeNull();
    else expect(told(path)).toMatch(expected);
  });
});

describe('what is found in a list', () => {
  const found = (things: readonly (string | PassedOver)[]) => {
    const strays = collectStrays(channelStrays);
    for (const thing of things) {
      if (typeof thing === 'string') strays.object(thing);
      else strays.passedOver(thing);
    }
    return { subjects: strays.found().map(({ subject }) => subject), details: strays.found(), count: strays.count() };
  };

  it('has what can be no object, by its kind', () => {
    const kinds = ['link', 'pipe', 'socket', 'device', 'name'] as const;
    const { details } = found(kinds.map((kind) => ({ path: `conda/noarch/${kind}-1-0.conda`, kind })));
    expect(details.map(({ detail }) => detail)).toEqual([
      'is a symbolic link, and none is followed',
      'is a pipe, and a package is a regular file',
      'is a socket, and a package is a regular file',
      'is a device, and a package is a regular file',
      'can be no key: not UTF-8, too long, or with an empty part',
    ]);
    expect(details.every(({ hint = '' }) => hint.length > 0)).toBe(true);
    expect(found([{ path: 'conda/noarch/.lock', kind: 'link' }]).count).toBe(0);
  });

  it('has a folder once, empty or not, and only one that would be a package or holds something', () => {
    const folder = (path: string): PassedOver => ({ path, kind: 'folder' });
    expect(found(['', 'noarch/', 'noarch/old/', 'noarch/shards/'].map((path) => folder(`conda/${path}`))).count).toBe(
      0,
    );
    const unpacked = [
      folder('conda/noarch/a-1-0.conda/'),
      folder('conda/noarch/a-1-0.conda/info/'),
      { path: 'conda/noarch/a-1-0.conda/link', kind: 'link' as const },
      'conda/noarch/a-1-0.conda/info/index.json',
      'conda/noarch/b-1-0.conda',
      'conda/noarch/old/x',
      'conda/noarch/old/y',
    ];
    expect(found(unpacked).subjects).toEqual(['conda/noarch/a-1-0.conda/', 'conda/noarch/old/']);
    expect(found([folder('conda/a-1-0.conda/')]).subjects).toEqual(['conda/a-1-0.conda/']);
  });

  it('is bounded: of 100,000 the first 50 and how many more', () => {
    const { subjects, details, count } = found(Array.from({ length: 100_000 }, (_, i) => `conda/noarch/${i}.whl`));
    expect(count).toBe(100_000);
    expect(subjects).toHaveLength(51);
    expect([subjects[0], subjects[49], subjects[50]]).toEqual(['conda/noarch/0.whl', 'conda/noarch/49.whl', 'conda/']);
    expect(details[50]?.detail).toBe('99950 more that are no files of the channel');
  });
});
