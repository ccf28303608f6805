import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { packageNameSchema } from '../../../core/names/package-name.ts';
import { bytesSource } from '../../../core/ports/byte-source.ts';
import { type ConvertedWheel, converterRevision, convertWheel } from '../../../core/wheel/convert-wheel.ts';
import type { CondaBuild } from '../../../core/wheel/index-json-of.ts';
import { placeFiles } from '../../../core/wheel/place-files.ts';
import { readPackage } from '../../local/sample/read-back.ts';
import { inspectPackage } from '../../support/packages/inspect-package.ts';
import { joined, refusalOf } from '../../support/packages/refusal.ts';
import { type RawWheel, readBuilt } from '../../support/python/build-wheel.ts';

const build: CondaBuild = {
  name: packageNameSchema.parse('demo'),
  depends: ['python >=3.8', 'a >=1'],
  build: 'pyh1234567_0',
  timestamp: Date.UTC(2015, 7, 5),
};
const convert = async (raw: RawWheel, by: Partial<CondaBuild> = {}) =>
  convertWheel(await readBuilt(raw), { ...build, ...by });

/** Its members as path -> text; nothing in it is odd to the strict reader. */
async function membersOf(converted: ConvertedWheel): Promise<Record<string, string>> {
  const bytes = await joined(converted.open());
  const { findings } = await inspectPackage(bytesSource(bytes), converted.fileName);
  expect(findings).toEqual([]);
  return readPackage(converted.fileName, bytes);
}

const parsed = (text: string | undefined) => JSON.parse(text ?? 'null');

describe('convertWheel', () => {
  it('puts each file where conda puts it, and says so in RECORD and paths.json', async () => {
    const files = {
      'demo/__init__.py': 'x = 1\n',
      'demo-1.0.data/data/share/jupyter/labextensions/x/package.json': '{}',
      'demo-1.0.data/data/etc/jupyter/demo.json': '{ }',
      'demo-1.0.data/purelib/pure.py': 'pure',
      'demo-1.0.data/platlib/plat.py': 'plat',
      'demo-1.0.data/scripts/tool': '#!python -E\r\nprint(1)\r\n',
      'demo-1.0.data/scripts/tool.bat': '@echo off\r\n',
      'demo-1.0.data/scripts/shell': '#!/bin/sh\n',
    };
    const members = await membersOf(await convert({ files }));
    expect(members['site-packages/demo/__init__.py']).toBe('x = 1\n');
    expect(members['site-packages/pure.py']).toBe('pure');
    expect(members['site-packages/plat.py']).toBe('plat');
    expect(members['share/jupyter/labextensions/x/package.json']).toBe('{}');
    expect(members['python-scripts/tool']).toBe('#!/opt/anaconda1anaconda2anaconda3/bin/python -E\r\nprint(1)\r\n');
    expect(members['python-scripts/tool.bat']).toBe('@echo off\r\n');
    expect(members['site-packages/demo-1.0.dist-info/INSTALLER']).toBe('conda\n');

    const rows = (members['site-packages/demo-1.0.dist-info/RECORD'] ?? '')
      .trim()
      .split('\n')
      .map((row) => row.split(','));
    expect(rows.map(([path]) => path)).toEqual([
      '../../../bin/shell',
      '../../../bin/tool',
      '../../../bin/tool.bat',
      '../../../etc/jupyter/demo.json',
      '../../../share/jupyter/labextensions/x/package.json',
      'demo-1.0.dist-info/INSTALLER',
      'demo-1.0.dist-info/METADATA',
      'demo-1.0.dist-info/RECORD',
      'demo-1.0.dist-info/WHEEL',
      'demo/__init__.py',
      'plat.py',
      'pure.py',
    ]);
    expect(rows[1]).toEqual(['../../../bin/tool', '', '']);
    const { paths } = parsed(members['info/paths.json']);
    const payload = Object.keys(members).filter((path) => !path.startsWith('info/'));
    expect(paths.map(({ _path }: { _path: string }) => _path)).toEqual(payload);
    for (const { _path, sha256, size_in_bytes, path_type } of paths) {
      const content = members[_path] ?? '';
      expect([path_type, size_in_bytes]).toEqual(['hardlink', content.length]);
      expect(sha256).toBe(createHash('sha256').update(content).digest('hex'));
    }
    const withPlaceholder = paths.filter((path: object) => 'prefix_placeholder' in path);
    expect(withPlaceholder).toMatchObject([
      { _path: 'python-scripts/tool', file_mode: 'text', prefix_placeholder: '/opt/anaconda1anaconda2anaconda3' },
    ]);
  });

  it('describes the package as the wheel and the plan say', async () => {
    const converted = await convert({
      metadata:
        'Summary: A demo\nHome-page: UNKNOWN\nProject-URL: Home Page, https://demo.example\nLicense: MIT\n' +
        'Project-URL: Source, https://code.example\nRequires-Dist: b\n\nThe description.\n',
      info: { 'entry_points.txt': '[console_scripts]\ntool = demo:main [cli]\n[gui_scripts]\nwin = demo:Win.main\n' },
      modes: { 'demo.py': 0o100755 },
    });
    expect(converted.fileName).toBe('demo-1.0-pyh1234567_0.conda');
    const members = await membersOf(converted);
    expect(parsed(members['info/index.json'])).toEqual({
      ...{ name: 'demo', version: '1.0', build: 'pyh1234567_0', build_number: 0 },
      ...{ subdir: 'noarch', noarch: 'python', arch: null, platform: null, license: 'MIT' },
      depends: ['python >=3.8', 'a >=1'],
      purls: ['pkg:pypi/demo@1.0'],
      timestamp: Date.UTC(2015, 7, 5),
    });
    expect(parsed(members['info/index.json'])).toEqual(converted.index);
    expect(parsed(members['info/about.json'])).toEqual({
      summary: 'A demo',
      license: 'MIT',
      home: 'https://demo.example',
      dev_url: 'https://code.example',
    });
    expect(parsed(members['info/link.json'])).toEqual({
      noarch: { type: 'python', entry_points: ['tool = demo:main', 'win = demo:Win.main'] },
      package_metadata_version: 1,
    });
    expect(members['site-packages/demo-1.0.dist-info/METADATA']).toContain('Requires-Dist: b\n\nThe description.\n');
  });

  it('keeps what may be run, and no other mode', async () => {
    const files = { 'demo/run': 'x', 'demo/odd': 'x', 'demo-1.0.data/scripts/tool': 'x' };
    const wheel = await readBuilt({ files, modes: { 'demo/run': 0o100755, 'demo/odd': 0o100666 } });
    const placed = await placeFiles(wheel, () => {});
    const modes = new Map(placed.map(({ path, mode }) => [path, mode]));
    expect(modes.get('site-packages/demo/run')).toBe(0o755);
    expect(modes.get('site-packages/demo/odd')).toBe(0o644);
    expect(modes.get('python-scripts/tool')).toBe(0o755);
  });

  it('takes for the home page what the oldest field says where no other does', async () => {
    const members = await membersOf(await convert({ metadata: 'Home-page: https://demo.example\n' }));
    expect(parsed(members['info/about.json'])).toEqual({ home: 'https://demo.example' });
  });

  it('leaves out what an installer writes and what Python compiles, and says so', async () => {
    const converted = await convert({
      files: { 'demo.py': '', '__pycache__/demo.cpython-311.pyc': 'x' },
      info: { INSTALLER: 'pip', REQUESTED: '', 'direct_url.json': '{}' },
      more: [{ name: 'demo-1.0.dist-info/RECORD.p7s', data: 'x' }],
    });
    expect(converted.findings.map(({ code }) => code)).toEqual(['wheel.pycache']);
    const names = Object.keys(await membersOf(converted)).filter((path) => path.startsWith('site-packages/'));
    expect(names.map((path) => path.slice('site-packages/'.length))).toEqual([
      'demo-1.0.dist-info/INSTALLER',
      'demo-1.0.dist-info/METADATA',
      'demo-1.0.dist-info/RECORD',
      'demo-1.0.dist-info/WHEEL',
      'demo.py',
    ]);
  });

  it.each([
    [
      'where PEP 639 keeps them',
      { 'licenses/LICENSE': 'a', 'licenses/sub/NOTICE': 'b' },
      '',
      ['LICENSE', 'sub/NOTICE'],
    ],
    ['by License-File', { 'THANKS.txt': 'a', other: 'b' }, 'License-File: THANKS.txt\n', ['THANKS.txt']],
    ['by their names', { 'LICENCE.md': 'b', COPYING: 'a', top: 'c' }, '', ['COPYING', 'LICENCE.md']],
    ['once', { 'licenses/LICENSE': 'a', LICENSE: 'b' }, '', ['LICENSE']],
  ])('finds licences %s', async (_, info, metadata, expected) => {
    const members = await membersOf(await convert({ info, metadata }));
    const found = Object.keys(members).filter((path) => path.startsWith('info/licenses/'));
    expect(found.map((path) => path.slice('info/licenses/'.length))).toEqual(expected);
    expect(members[`info/licenses/${expected[0]}`]).toBe('a');
  });

  it.each([
    ['License-Expression: MIT OR Apache-2.0\nLicense: x', 'MIT OR Apache-2.0'],
    ['License: BSD', 'BSD'],
    ['License: GPL-2.0-only WITH Classpath-exception-2.0', 'GPL-2.0-only WITH Classpath-exception-2.0'],
    ['License: The MIT License\n  Copyright\n  All rights', undefined],
    ['License: UNKNOWN\nClassifier: License :: OSI Approved :: BSD License', 'BSD License'],
    ['License: see file\nClassifier: License :: OSI Approved', undefined],
    ['', undefined],
  ])('takes for the licence of %j %s', async (metadata, expected) => {
    expect((await convert({ metadata: `${metadata}\n` })).index['license']).toBe(expected);
  });

  it('gives the same bytes again, and other bytes for other dependencies', async () => {
    const bytes = async (by: Partial<CondaBuild> = {}) => joined((await convert({}, by)).open());
    expect(await bytes()).toEqual(await bytes());
    expect(await bytes({ depends: [] })).not.toEqual(await bytes());
  });

  it('has another revision when it makes something else of the same wheel', async () => {
    const files = { 'demo.py': 'x = 1\n', 'demo-1.0.data/scripts/tool': '#!python\n', 'demo-1.0.data/data/etc/x': 'y' };
    const info = { LICENSE: 'MIT', 'entry_points.txt': '[console_scripts]\ntool2 = demo:main [x]\n' };
    const members = await membersOf(await convert({ files, info, metadata: 'License: MIT\nSummary: A demo\n' }));
    const hash = createHash('sha256').update(JSON.stringify(members)).digest('hex');
    expect([converterRevision, hash]).toEqual([1, '3c5757999674d6410979b65434f8e2f0c15fc5899e47d91b537e1917786434cb']);
  });

  const refused: readonly (readonly [string, RawWheel, string])[] = [
    ['headers', { files: { 'demo-1.0.data/headers/x.h': '' } }, 'wheel.scheme'],
    ['an unknown scheme', { files: { 'demo-1.0.data/lib/x': '' } }, 'wheel.scheme'],
    ['a file of no scheme', { files: { 'demo-1.0.data/x': '' } }, 'wheel.scheme'],
    ['data in info/', { files: { 'demo-1.0.data/data/INFO/index.json': '{}' } }, 'wheel.data-path'],
    ['data in site-packages/', { files: { 'demo-1.0.data/data/site-packages/x': '' } }, 'wheel.data-path'],
    ['data in conda-meta/', { files: { 'demo-1.0.data/data/conda-meta/history': '' } }, 'wheel.data-path'],
    ['data at info', { files: { 'demo-1.0.data/data/info': '' } }, 'wheel.data-path'],
    ['two files in one place', { files: { 'x.py': '', 'demo-1.0.data/purelib/x.py': '' } }, 'A12.dup'],
    ['a file below a file', { files: { x: '', 'demo-1.0.data/purelib/x/y': '' } }, 'A12.under-file'],
    ['bytecode without its source', { files: { 'demo.pyc': '' } }, 'wheel.bytecode'],
    ['one platform', { fileName: 'demo-1.0-py3-none-win_amd64.whl' }, 'wheel.platform'],
    ['one ABI', { fileName: 'demo-1.0-cp312-abi3-any.whl' }, 'wheel.platform'],
    ['Python 2', { fileName: 'demo-1.0-py2.py27-none-any.whl' }, 'wheel.python'],
    ['a root that is not pure', { info: { WHEEL: 'Wheel-Version: 1.0\nTag: py3-none-any\n' } }, 'wheel.purelib'],
    [
      'a version that conda cannot have',
      { fileName: `demo-1.0+${'a'.repeat(80)}-py3-none-any.whl` },
      'wheel.package-name',
    ],
  ];

  it.each(refused)('refuses %s', async (_, raw, code) => {
    expect(await refusalOf(convert(raw))).toBe(code);
  });
});
