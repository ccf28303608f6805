import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { bytesSource } from '../../../core/ports/byte-source.ts';
import { sdistReaderRevision, unpackSdist } from '../../../core/sdist/unpack-sdist.ts';
import { readWheel } from '../../../core/wheel/read-wheel.ts';
import { buildTar } from '../../support/archives/build-tar.ts';
import { buildZip } from '../../support/archives/build-zip.ts';
import { joined, refusalOf } from '../../support/packages/refusal.ts';
import { buildSdist, type RawSdist, readBuiltSdist, readNamed } from '../../support/python/build-sdist.ts';
import { wheelName } from '../../support/python/build-wheel.ts';

const setup = (args: string, before = '') => `from setuptools import setup\n${before}\nsetup(name='demo', ${args})\n`;

/** The wheel of it, read by the reader of wheels: path -> text. */
async function unpacked(raw: RawSdist) {
  const sdist = await readBuiltSdist(raw);
  const made = await unpackSdist(sdist, Date.UTC(2015, 7, 5));
  const bytes = await joined(made.open());
  const wheel = await readWheel(bytesSource(bytes), wheelName(made.fileName));
  const files: Record<string, string> = {};
  for (const { path, open } of wheel.files) files[path] = String(await joined(open()));
  return { bytes, fileName: made.fileName, wheel, files, leftOut: sdist.findings.map(({ detail }) => detail) };
}

const modulesOf = (files: Record<string, string>) => Object.keys(files).filter((path) => !path.includes('.dist-info/'));

describe('an sdist', () => {
  it('becomes a wheel of its own name, with a build tag', async () => {
    const { fileName, wheel, files, leftOut } = await unpacked({
      files: {
        'demo/data.txt': 'data',
        'demo/old.pyc': 'x',
        'tests/test_demo.py': 'not of it',
        'demo.egg-info/requires.txt': 'a>=1\n\n[LP_x]\nb\n\n[:python_version < "3"]\nc\n',
        'demo.egg-info/entry_points.txt': '[console_scripts]\ndemo = demo:main\n',
        LICENSE: 'BSD',
      },
      metadata: 'License: BSD\nDescription: one\n        two\n',
    });
    expect(fileName).toBe('demo-1.0-0gatehouse1-py3-none-any.whl');
    expect(wheel.findings).toEqual([]);
    expect([wheel.purelib, wheel.commands.map(({ name }) => name)]).toEqual([true, ['demo']]);
    expect(wheel.metadata.requiresDist).toEqual(['a>=1', 'b; extra == "lp-x"', 'c; python_version < "3"']);
    expect(modulesOf(files)).toEqual(['demo/__init__.py', 'demo/data.txt']);
    expect(files['demo-1.0.dist-info/licenses/LICENSE']).toBe('BSD');
    expect(files['demo-1.0.dist-info/METADATA']).toBe(
      'Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nLicense: BSD\nDescription: one\n        two\n' +
        'Provides-Extra: lp-x\nRequires-Dist: a>=1\nRequires-Dist: b; extra == "lp-x"\n' +
        'Requires-Dist: c; python_version < "3"\n\n',
    );
    expect(leftOut).toEqual([]);
  });

  it('keeps what may be run, and the licences that it names, wherever they lie', async () => {
    const { wheel, files } = await unpacked({
      metadata: 'License-File: docs/terms.txt\n',
      files: { 'docs/terms.txt': 'MIT', 'docs/other.txt': 'x' },
      more: [{ name: 'demo-1.0/demo/run', data: 'x', mode: 0o755 }],
    });
    const runnable = wheel.files.filter(({ executable }) => executable).map(({ path }) => path);
    expect(runnable).toEqual(['demo/run']);
    expect(Object.keys(files).filter((path) => path.includes('/licenses/'))).toEqual([
      'demo-1.0.dist-info/licenses/docs/terms.txt',
    ]);
  });

  it('gives the same wheel from each format, and again', async () => {
    const bytes = await Promise.all((['.tar.gz', '.zip', '.tar.bz2'] as const).map((format) => unpacked({ format })));
    const [first, ...others] = bytes.map((made) => made.bytes);
    for (const other of others) expect(other).toEqual(first);
    expect((await unpacked({})).bytes).toEqual(first);
  });

  it.each(['src/', 'lib/', 'python3/'])('has its modules in %s', async (folder) => {
    const { files } = await unpacked({ files: { 'demo/__init__.py': null, [`${folder}demo.py`]: 'y = 2\n' } });
    expect(modulesOf(files)).toEqual(['demo.py']);
  });

  it('has its modules beside its .egg-info first, and other .egg-infos deeper', async () => {
    const { files } = await unpacked({
      files: {
        'demo.egg-info/PKG-INFO': null,
        'demo.egg-info/top_level.txt': null,
        'src/demo.egg-info/PKG-INFO': 'Name: Demo\nVersion: 1\n',
        'src/demo.egg-info/top_level.txt': 'demo\n',
        'src/demo/__init__.py': 'y = 2\n',
        'PKG-INFO': null,
        'tests/data/demo.egg-info/PKG-INFO': 'Name: other\n',
      },
    });
    expect(files['demo/__init__.py']).toBe('y = 2\n');
  });

  it('brings scripts and data files that are literals, and names what is not', async () => {
    const literal = await unpacked({
      files: {
        'setup.py': setup("scripts=['bin/run',], data_files=[('share/' 'man', ['run.1']), (r'etc', [])]"),
        'bin/run': '#!/usr/bin/env python2.7 -u\nprint(1)\n',
        'run.1': '.TH',
      },
    });
    expect(literal.files['demo-1.0.data/scripts/run']).toBe('#!python -u\nprint(1)\n');
    expect(literal.files['demo-1.0.data/data/share/man/run.1']).toBe('.TH');
    expect(literal.leftOut).toEqual([]);
    expect(literal.wheel.files.find(({ path }) => path.endsWith('scripts/run'))?.executable).toBe(true);
    const computed = await unpacked({
      files: { 'setup.py': setup("data_files=data, scripts=['a'] + more, cmdclass={'build': x}", 'data = []') },
    });
    expect(computed.leftOut).toEqual([
      "scripts=['a']+more of setup.py",
      'data_files=data of setup.py',
      "cmdclass={'build':x} of setup.py",
    ]);
    const configured = await unpacked({
      files: {
        'setup.cfg': '[options]\nscripts =\n  bin/x\n',
        'pyproject.toml': '[tool.setuptools]\nscript-files = ["bin/x"]\n',
      },
    });
    expect(configured.leftOut).toEqual([
      'scripts or data files of setup.cfg',
      'scripts or data files of pyproject.toml',
    ]);
  });

  it('has another revision when it becomes another wheel', async () => {
    const { bytes } = await unpacked({
      files: { 'setup.py': setup("scripts=['run']"), run: '#!/usr/bin/python\n', 'demo.egg-info/requires.txt': 'a\n' },
    });
    const hash = createHash('sha256').update(bytes).digest('hex');
    expect([sdistReaderRevision, hash]).toEqual([
      1,
      '21c7cee41caa94ba94db5a8182f43d03bddffc52fa6933f6437b7e547f890e45',
    ]);
  });

  const refused: readonly (readonly [string, RawSdist, string])[] = [
    [
      'no .egg-info',
      { files: { 'demo.egg-info/PKG-INFO': null, 'demo.egg-info/top_level.txt': null } },
      'sdist.egg-info',
    ],
    ['two .egg-infos', { files: { 'src/demo.egg-info/PKG-INFO': '' } }, 'sdist.egg-info'],
    ['no PKG-INFO in it', { files: { 'demo.egg-info/PKG-INFO': null } }, 'metadata.field'],
    [
      'another name',
      { metadata: '', files: { 'demo.egg-info/PKG-INFO': 'Name: other\nVersion: 1.0\n' } },
      'metadata.identity',
    ],
    ['another version', { files: { 'demo.egg-info/PKG-INFO': 'Name: demo\nVersion: 1.1\n' } }, 'metadata.identity'],
    [
      'two accounts of itself',
      { files: { 'PKG-INFO': 'Name: demo\nVersion: 1.0\nRequires-Dist: evil\n' } },
      'sdist.metadata',
    ],
    ['another name at its top', { files: { 'PKG-INFO': 'Name: other\nVersion: 1.0\n' } }, 'sdist.metadata'],
    [
      'requirements that differ',
      { metadata: 'Requires-Dist: a\n', files: { 'demo.egg-info/requires.txt': 'b\n' } },
      'sdist.metadata',
    ],
    ['no requirements where some are said', { metadata: 'Requires-Dist: a\n' }, 'sdist.metadata'],
    ['a section that is no extra', { files: { 'demo.egg-info/requires.txt': '[a b]\nc\n' } }, 'sdist.requires'],
    ['a top level of ..', { files: { 'demo.egg-info/top_level.txt': '..\n' } }, 'sdist.top-level'],
    ['a top level of a path', { files: { 'demo.egg-info/top_level.txt': 'demo/sub\n' } }, 'sdist.top-level'],
    [
      'a top level that nobody can import',
      { files: { 'demo.egg-info/top_level.txt': 'a.b\n', 'a.b/x.py': '' } },
      'sdist.top-level',
    ],
    ['an empty top level', { files: { 'demo.egg-info/top_level.txt': '\n' } }, 'sdist.top-level'],
    ['no top level', { files: { 'demo.egg-info/top_level.txt': null } }, 'sdist.top-level'],
    ['a top level without files', { files: { 'demo.egg-info/top_level.txt': 'demo\nother\n' } }, 'sdist.top-level'],
    [
      'a command that climbs',
      { files: { 'demo.egg-info/entry_points.txt': '[console_scripts]\n../x = m:f\n' } },
      'wheel.entry-point',
    ],
    ['a native source', { files: { 'demo/fast.pyx': '' } }, 'sdist.built'],
    ['an extension', { files: { 'setup.py': setup("ext_modules=[Extension('x')]") } }, 'sdist.built'],
    ['2to3', { files: { 'setup.py': setup('use_2to3=True') } }, 'sdist.built'],
    [
      'an extension in pyproject.toml',
      { files: { 'pyproject.toml': '[tool.setuptools]\next-modules = [\n' } },
      'sdist.built',
    ],
    ['hidden arguments', { files: { 'setup.py': setup('**more') } }, 'sdist.setup-py'],
    ['no call of setup', { files: { 'setup.py': 'main()\n' } }, 'sdist.setup-py'],
    ['a string without end', { files: { 'setup.py': "setup(name='demo\n')" } }, 'sdist.setup-py'],
    ['a script that is not there', { files: { 'setup.py': setup("scripts=['../x']") } }, 'sdist.setup-py'],
    ['data that climbs', { files: { x: '', 'setup.py': setup("data_files=[('../..', ['x'])]") } }, 'sdist.setup-py'],
    [
      'data at the root of the disk',
      { files: { x: '', 'setup.py': setup("data_files=[('/etc', ['x'])]") } },
      'sdist.setup-py',
    ],
    [
      'two scripts of one name',
      { files: { 'a/x': '', 'b/x': '', 'setup.py': setup("scripts=['a/x', 'b/x']") } },
      'A12.dup',
    ],
    ['Python 2 alone', { metadata: 'Classifier: Programming Language :: Python :: 2.7\n' }, 'sdist.python'],
    ['texts without end', { files: { 'setup.cfg': '#'.repeat(4 * 2 ** 20) } }, 'A13.json'],
    ['two roots', { more: [{ name: 'other/x.py', data: '' }] }, 'sdist.root'],
    ['a file at the root', { more: [{ name: 'x.py', data: '' }] }, 'sdist.root'],
    ['a link', { more: [{ name: 'demo-1.0/demo/x.py', type: '2', linkName: '/etc/passwd' }] }, 'sdist.link'],
    ['a hard link', { more: [{ name: 'demo-1.0/demo/x.py', type: '1', linkName: 'setup.py' }] }, 'A8.type'],
    ['a climbing name', { more: [{ name: 'demo-1.0/../../x', data: '' }] }, 'A9.parent'],
    ['a file twice', { more: [{ name: 'demo-1.0/setup.py', data: '' }] }, 'A12.dup'],
  ];

  it.each(refused)('is refused with %s', async (_, raw, code) => {
    expect(await refusalOf(unpacked(raw))).toBe(code);
  });

  it('is refused with a link in a ZIP', async () => {
    const link = { name: 'demo-1.0/x.py', data: '/etc/passwd', mode: 0o120777 };
    expect(await refusalOf(readNamed(buildZip([link]), 'demo-1.0.zip', 'demo'))).toBe('sdist.link');
  });

  it('is refused under a name that is not its own', async () => {
    expect(await refusalOf(readNamed(buildSdist(), 'demo-2.0.tar.gz', 'demo'))).toBe('metadata.identity');
    expect(await refusalOf(readNamed(buildSdist(), 'other-1.0.tar.gz', 'other'))).toBe('sdist.egg-info');
  });

  it('is refused when it unpacks to a gigabyte of zeros', async () => {
    const zeros = { name: 'demo-1.0/zeros', size: 2 ** 30 };
    const head = buildTar(zeros).subarray(0, 512);
    const bomb = gzipSync(Buffer.concat([head, Buffer.alloc(100 * 2 ** 20)]));
    expect(await refusalOf(readNamed(bomb, 'demo-1.0.tar.gz', 'demo'))).toBe('A13.ratio');
  });

  it('is refused when it is cut or has something behind it', async () => {
    const bytes = buildSdist();
    for (let i = 1; i < 10; i++) {
      const cut = bytes.subarray(0, Math.floor((bytes.length * i) / 10));
      expect(await refusalOf(readNamed(cut, 'demo-1.0.tar.gz', 'demo'))).toMatch(/^A15\./);
    }
    const more = Buffer.concat([bytes, gzipSync('x')]);
    expect(await refusalOf(readNamed(more, 'demo-1.0.tar.gz', 'demo'))).toMatch(/^A15\./);
  });
});
