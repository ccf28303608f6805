import { describe, expect, it } from 'vitest';
import { d4ClientConfig } from '../../../../core/gate/install-code/d4-client-config.ts';
import { d5EntryPoints } from '../../../../core/gate/install-code/d5-entry-points.ts';
import { d6Sdists } from '../../../../core/gate/install-code/d6-sdists.ts';
import { sha256Of } from '../../../../core/names/digest.ts';
import { firingsOf, saidOf, smallSubject, smallWorld } from '../../../support/gate/small-subject.ts';

const info = 'site-packages/demo-1.0.dist-info/entry_points.txt';

describe('D4', () => {
  it.each([
    '.condarc',
    'condarc',
    'condarc.d/x.yml',
    'etc/conda/condarc',
    '.mambarc',
    'pip.conf',
    'pip.ini',
    '.netrc',
    '_netrc',
    '.pypirc',
    'etc/PIP.conf',
  ])('holds %s', async (path) => {
    expect(await firingsOf(d4ClientConfig, smallSubject({ files: { [path]: 'x' } }))).toMatchObject([
      { code: 'D4.config', verdict: 'hold', sha256: sha256Of('x') },
    ]);
  });

  it('holds one that a wheel puts into the environment', async () => {
    const files = { 'demo-1.0.data/data/pip.conf': '' };
    expect(await saidOf(d4ClientConfig, smallSubject({ kind: 'wheel', files }))).toEqual(['hold D4.config']);
  });

  it('says nothing of what lies among modules, or is named otherwise', async () => {
    const files = {
      'site-packages/demo/condarc': '',
      'lib/python3.12/site-packages/x/pip.conf': '',
      'info/recipe/condarc': '',
      'my.condarc.txt': '',
      'share/netrc': '',
    };
    expect(await saidOf(d4ClientConfig, smallSubject({ files }))).toEqual([]);
  });

  it.each([
    ['plainly', '[console_scripts]\na = a:b\n[conda]\nx = demo.plugin\n'],
    ['with spaces', '[ conda ]\nx = demo'],
    ['with two brackets, as Python reads them', '[[conda]]\nx = demo'],
    ['behind what Python takes for a line end', '# x\u2028[conda]\u2028x = demo'],
  ])('holds a plugin of conda, said %s', async (_, text) => {
    expect(await firingsOf(d4ClientConfig, smallSubject({ files: { [info]: text } }))).toMatchObject([
      { code: 'D4.plugin', verdict: 'hold', sha256: sha256Of(text) },
    ]);
  });

  it.each([
    info,
    'site-packages/demo.egg-info/entry_points.txt',
    'lib/python3.12/site-packages/demo.egg/EGG-INFO/entry_points.txt',
  ])('looks into %s', async (path) => {
    expect(await saidOf(d4ClientConfig, smallSubject({ files: { [path]: '[conda]\nx = y' } }))).toEqual([
      'hold D4.plugin',
    ]);
  });

  it('passes other groups, and the group without a plugin, and what is known; holds what it cannot read', async () => {
    const of = (file: Parameters<typeof smallSubject>[0]) =>
      saidOf(d4ClientConfig, smallSubject(file), smallWorld({ known: [sha256Of('[conda]\na = b')] }));
    expect(await of({ files: { [info]: '[condax]\nx = y\n[conda]\n# none\n' } })).toEqual([]);
    expect(await of({ files: { [info]: '[conda]\na = b' } })).toEqual([]);
    expect(await of({ files: { 'share/entry_points.txt': '[conda]\na = c' } })).toEqual([]);
    expect(await of({ files: { [info]: { large: 'x' } } })).toEqual(['hold D4.plugin']);
  });
});

describe('D5', () => {
  const linked = (...lines: string[]) => ({
    'info/link.json': JSON.stringify({ noarch: { type: 'python', entry_points: lines } }),
  });
  const bad = [
    '../x = m:f',
    'a/b = m:f',
    'a\\b = m:f',
    '.. = m:f',
    '.x-post-link.sh = m:f',
    ' = m:f',
    'a b = m:f',
    'no target',
    'notarget',
    'C:x = m:f',
    'a\u200b = m:f',
  ];

  it.each(bad)('rejects %s in link.json and in entry_points.txt', async (line) => {
    expect(await saidOf(d5EntryPoints, smallSubject({ files: linked(line) }))).toEqual(['reject D5.name']);
    const files = { [info]: `[console_scripts]\n${line}\n` };
    expect(await saidOf(d5EntryPoints, smallSubject({ files }))).toEqual(['reject D5.name']);
    expect(
      await saidOf(
        d5EntryPoints,
        smallSubject({ kind: 'wheel', files: { 'demo-1.0.dist-info/entry_points.txt': `[gui_scripts]\n${line}\n` } }),
      ),
    ).toEqual(['reject D5.name']);
  });

  it('passes names of commands as they are, and says nothing of other groups', async () => {
    const lines = ['pip3.12 = pip._internal.cli.main:main', 'a-b_c.d=m:f', 'ä = m:f', 'x = m:f [extra]'];
    const files = { ...linked(...lines), [info]: `[console_scripts]\n${lines.join('\n')}\n[demo.plugins]\n../x = m\n` };
    expect(await saidOf(d5EntryPoints, smallSubject({ files }))).toEqual([]);
    expect(
      await saidOf(
        d5EntryPoints,
        smallSubject({ files: { 'info/link.json': '{"noarch":{"type":"generic"},"package_metadata_version":1}' } }),
      ),
    ).toEqual([]);
  });

  it('rejects entry points that cannot be read', async () => {
    const subjects = [
      { files: { 'info/link.json': '' } },
      { files: { 'info/link.json': '{"noarch":{"entry_points":"a = b:c"}}' } },
      { files: { 'info/link.json': { large: '{}' } } },
      { files: { [info]: { large: '' } } },
    ];
    for (const subject of subjects)
      expect(await saidOf(d5EntryPoints, smallSubject(subject))).toEqual(['reject D5.name']);
  });
});

describe('D6', () => {
  it.each(['upstream', 'index', 'made'] as const)('rejects an sdist by origin %s', async (origin) => {
    const subject = smallSubject({ kind: 'sdist', id: 'simple/demo/demo-1.0.tar.gz', origin });
    expect(await saidOf(d6Sdists, subject)).toEqual(['reject D6.sdist']);
  });

  it.each(['published', 'copied'] as const)('passes an sdist by origin %s', async (origin) => {
    const subject = smallSubject({ kind: 'sdist', id: 'simple/demo/demo-1.0.zip', origin });
    expect(await saidOf(d6Sdists, subject)).toEqual([]);
  });

  it.each([
    ['wheel', 'simple/demo/demo-1.0.tar.gz'],
    ['wheel', 'simple/demo/demo-1.0-py3.12.egg'],
    ['sdist', 'simple/demo/demo-1.0.egg'],
    ['sdist', 'simple/demo/demo-1.0.exe'],
    ['package', 'linux-64/demo-1.0-0.zip'],
  ] as const)('rejects as a %s what is named %s', async (kind, id) => {
    expect(await saidOf(d6Sdists, smallSubject({ kind, id, origin: 'published' }))).toEqual(['reject D6.format']);
  });

  it('passes packages and wheels', async () => {
    expect(await saidOf(d6Sdists, smallSubject())).toEqual([]);
    expect(await saidOf(d6Sdists, smallSubject({ id: 'noarch/x-1-0.tar.bz2' }))).toEqual([]);
    expect(await saidOf(d6Sdists, smallSubject({ kind: 'wheel' }))).toEqual([]);
  });
});
