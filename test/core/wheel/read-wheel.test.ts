import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { bytesSource } from '../../../core/ports/byte-source.ts';
import { readWheel } from '../../../core/wheel/read-wheel.ts';
import { joined, refusalOf } from '../../support/packages/refusal.ts';
import { buildWheel, type RawWheel, readBuilt, wheelName } from '../../support/python/build-wheel.ts';

const dropRow = (start: string) => (row: string) => (row.startsWith(start) ? null : row);
const changeRow = (start: string, changed: string) => (row: string) => (row.startsWith(start) ? changed : row);
const wheelText = (format: string) => `Wheel-Version: ${format}\nRoot-Is-Purelib: true\nTag: py3-none-any\n`;

describe('readWheel', () => {
  it('tells what is in it', async () => {
    const files = { 'demo/__init__.py': 'x = 1\n', 'demo/run': '#!/bin/sh\n', 'demo-1.0.data/scripts/tool': 'x' };
    const entryPoints = '[console_scripts]\ntool2 = demo:main [cli]\n';
    const wheel = await readBuilt({
      files,
      info: { 'entry_points.txt': entryPoints },
      metadata: 'Requires-Dist: a (>=1)\nRequires-Python: >=3.8\n',
      modes: { 'demo/run': 0o100755 },
    });
    const { metadata, metadataBytes, purelib, commands, stem, findings } = wheel;
    const odd = [{ code: 'wheel.command-extra', detail: '"tool2" wants the extra "cli"' }];
    expect([purelib, stem, findings]).toEqual([true, 'demo-1.0', odd]);
    expect(metadata.requiresDist).toEqual(['a (>=1)']);
    expect(Buffer.from(metadataBytes).toString()).toContain('Requires-Python: >=3.8');
    expect(commands).toEqual([{ name: 'tool2', target: 'demo:main', extras: ['cli'], gui: false }]);
    const run = wheel.files.find(({ path }) => path === 'demo/run');
    expect(run).toMatchObject({ size: 10, executable: true });
    expect(run?.sha256).toBe(createHash('sha256').update('#!/bin/sh\n').digest('hex'));
    const [first] = wheel.files;
    expect(first?.executable).toBe(false);
    const text = async () => first && String(await joined(first.open()));
    expect([await text(), await text()]).toEqual(['x = 1\n', 'x = 1\n']);
  });

  it('takes folders in the ZIP, a stronger hash, a row without a size, signatures, other spellings of the name', async () => {
    const digest = createHash('sha512').update('x = 1\n').digest('base64url');
    const raw: RawWheel = {
      fileName: 'Demo.Pkg-1.0.0-py3-none-any.whl',
      record: changeRow('demo.py', `demo.py,sha512=${digest},`),
      more: [
        { name: 'Demo.Pkg-1.0.0.dist-info/RECORD.jws', data: '{}' },
        { name: 'demo/', data: '' },
      ],
      info: { METADATA: 'Name: demo_pkg\nVersion: 1.0\n' },
    };
    const { metadata, files, findings } = await readBuilt(raw);
    expect([metadata.project, files.length, findings]).toEqual(['demo-pkg', 5, []]);
  });

  it('reports tags that are not those of the name', async () => {
    const { findings } = await readBuilt({
      fileName: 'demo-1.0-py2.py3-none-any.whl',
      info: { WHEEL: wheelText('1.0') },
    });
    expect(findings.map(({ code }) => code)).toEqual(['wheel.tags']);
  });

  const refused: readonly (readonly [string, RawWheel, string])[] = [
    ['no dist-info', { files: {}, info: { METADATA: null, WHEEL: null, RECORD: null } }, 'wheel.dist-info'],
    ['two dist-infos', { files: { 'other-1.0.dist-info/METADATA': 'x' } }, 'wheel.dist-info'],
    ['no METADATA', { info: { METADATA: null } }, 'wheel.dist-info'],
    ['no WHEEL', { info: { WHEEL: null } }, 'wheel.dist-info'],
    ['no RECORD', { info: { RECORD: null } }, 'wheel.dist-info'],
    ['METADATA of another project', { info: { METADATA: 'Name: other\nVersion: 1.0\n' } }, 'metadata.identity'],
    ['METADATA of another version', { info: { METADATA: 'Name: demo\nVersion: 1.1\n' } }, 'metadata.identity'],
    ['METADATA without a name', { info: { METADATA: 'Version: 1.1\n' } }, 'metadata.field'],
    ['format 2', { info: { WHEEL: wheelText('2.0') } }, 'wheel.version'],
    ['no format', { info: { WHEEL: 'Tag: py3-none-any\n' } }, 'wheel.version'],
    ['a file that RECORD leaves out', { record: dropRow('demo.py') }, 'wheel.record-unlisted'],
    ['METADATA that RECORD leaves out', { record: dropRow('demo-1.0.dist-info/METADATA') }, 'wheel.record-unlisted'],
    [
      'a file that is not there',
      { record: (row) => `${row}\ngone-${row.length}.py,sha256=x,1` },
      'wheel.record-absent',
    ],
    ['a file without a hash', { record: changeRow('demo.py', 'demo.py,,') }, 'wheel.record-hash'],
    ['another hash', { record: changeRow('demo.py', 'demo.py,sha256=AAAA,6') }, 'wheel.record-hash'],
    ['md5', { record: changeRow('demo.py', 'demo.py,md5=AAAA,6') }, 'wheel.record-hash'],
    ['another size', { record: (row) => row.replace(/^(demo\.py.*),6$/, '$1,7') }, 'wheel.record-hash'],
    ['a damaged row', { record: changeRow('demo.py', 'demo.py,x') }, 'wheel.record-row'],
    ['RECORD that is not UTF-8', { info: { RECORD: Buffer.from([0xff]) } }, 'B7.utf8'],
    [
      'a command that cannot be',
      { info: { 'entry_points.txt': '[console_scripts]\n../x = m:f\n' } },
      'wheel.entry-point',
    ],
    ['a .data of another name', { files: { 'other.data/data/x': '' } }, 'wheel.scheme'],
    ['a link', { files: { a: '/etc/passwd' }, modes: { a: 0o120777 } }, 'wheel.file-type'],
    ['a device', { files: { a: '' }, modes: { a: 0o060644 } }, 'wheel.file-type'],
    ['a file below a file', { files: { a: '', 'a/b': '' } }, 'A12.under-file'],
    ['a climbing name', { files: { '../a': '' } }, 'A9.parent'],
  ];

  it.each(refused)('refuses %s', async (_, raw, code) => {
    expect(await refusalOf(readBuilt(raw))).toBe(code);
  });

  it('refuses what stands under the name of another', async () => {
    const reading = readWheel(bytesSource(buildWheel()), wheelName('demo-1.1-py3-none-any.whl'));
    expect(await refusalOf(reading)).toBe('metadata.identity');
  });

  it('refuses a wheel of which any byte changed', async () => {
    const bytes = buildWheel({ files: { 'demo.py': 'print(1)\n'.repeat(50) } });
    const name = wheelName('demo-1.0-py3-none-any.whl');
    for (let at = 0; at < bytes.length; at += 7) {
      const changed = bytes.with(at, (bytes[at] ?? 0) ^ 0x10);
      const outcome = await readWheel(bytesSource(changed), name).catch(() => 'refused');
      // Dates and versions of the ZIP's records say nothing about the files.
      if (outcome !== 'refused') expect(outcome).toMatchObject({ stem: 'demo-1.0' });
    }
    for (let i = 1; i < 20; i++) {
      const cut = bytes.subarray(0, Math.floor((bytes.length * i) / 20));
      expect(await refusalOf(readWheel(bytesSource(cut), name))).toMatch(/^A4\./);
    }
  });
});
