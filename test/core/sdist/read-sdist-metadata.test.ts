import { describe, expect, it } from 'vitest';
import { defaultLimits } from '../../../core/archive/limits.ts';
import { distributionFileNameSchema } from '../../../core/names/distribution-file-name.ts';
import { bytesSource } from '../../../core/ports/byte-source.ts';
import { readSdistMetadata } from '../../../core/sdist/read-sdist-metadata.ts';
import { readableRequiresPython } from '../../../core/wheel/core-metadata.ts';
import { refusalOf } from '../../support/packages/refusal.ts';
import { buildSdist, type RawSdist } from '../../support/python/build-sdist.ts';

const read = (bytes: Uint8Array, fileName = 'demo-1.0.tar.gz', limits = defaultLimits) =>
  readSdistMetadata(bytesSource(bytes), distributionFileNameSchema.parse(fileName), limits);

/** Only what every build backend writes: setuptools' `.egg-info` is not asked for. */
const bare = { 'demo.egg-info/PKG-INFO': null, 'demo.egg-info/top_level.txt': null, 'setup.py': null };
const refused = (raw: RawSdist, fileName?: string) => refusalOf(read(buildSdist(raw), fileName));

describe('the metadata of a source distribution', () => {
  it.each(['.tar.gz', '.zip', '.tar.bz2'] as const)('is read of a %s of any build backend', async (format) => {
    const bytes = buildSdist({ format, files: bare, metadata: 'Requires-Python: >=3.9\n' });
    const { name, metadata, findings } = await read(bytes, `demo-1.0${format}`);
    expect([name.project, name.version.text, name.format, readableRequiresPython(metadata)]).toEqual([
      'demo',
      '1.0',
      format,
      '>=3.9',
    ]);
    expect(findings).toEqual([]);
  });

  it('tells by its name where the project ends in the file name', async () => {
    const files = { ...bare, 'PKG-INFO': 'Name: Python_Constraint\nVersion: 1.4.0.dev0\n' };
    const { name } = await read(buildSdist({ files }), 'python-constraint-1.4.dev0.tar.gz');
    expect([name.project, name.version.text]).toEqual(['python-constraint', '1.4.dev0']);
  });

  it.each([
    ['another version', { 'PKG-INFO': 'Name: demo\nVersion: 1.1\n' }, 'metadata.identity'],
    ['another project', { 'PKG-INFO': 'Name: other\nVersion: 1.0\n' }, 'metadata.identity'],
    ['no version', { 'PKG-INFO': 'Name: demo\n' }, 'metadata.field'],
    ['no PKG-INFO', { 'PKG-INFO': null }, 'sdist.pkg-info'],
    ['a PKG-INFO beyond any sound size', { 'PKG-INFO': `Name: demo\nX: ${'x'.repeat(2 ** 22)}\n` }, 'A13.json'],
  ])('is refused with %s', async (_, files, code) => {
    expect(await refused({ files: { ...bare, ...files } })).toBe(code);
  });

  it('is refused for what lies elsewhere, for links, and for what twice has one name', async () => {
    expect(await refused({ more: [{ name: 'other/x', data: '' }] })).toBe('sdist.root');
    expect(await refused({ more: [{ name: 'demo-1.0/link', type: '2', linkName: '/etc/passwd' }] })).toBe('sdist.link');
    expect(await refused({ more: [{ name: 'demo-1.0/PKG-INFO', data: 'Name: other\n' }] })).toBe('A12.dup');
    expect(await refused({ more: [{ name: 'demo-1.0/../x', data: '' }] })).toBe('A9.parent');
    expect(await refused({}, 'demo-1.0.tar.xz')).toBe('sdist.file-name');
  });

  it('is refused of a file that is not there to its end, in each format', async () => {
    for (const format of ['.tar.gz', '.zip', '.tar.bz2'] as const) {
      const bytes = buildSdist({ format, files: bare });
      for (const cut of [0, 5, bytes.length >> 1, bytes.length - 1]) {
        const code = await refusalOf(read(bytes.subarray(0, cut), `demo-1.0${format}`));
        expect(code, `${format} cut at ${cut}`).toMatch(/^A/);
      }
    }
  });

  it('is refused where bytes in a ZIP are not the file, whichever they are', async () => {
    const bytes = Uint8Array.from(buildSdist({ format: '.zip', files: { ...bare, 'demo/data': 'x'.repeat(5000) } }));
    const at = Buffer.from(bytes).indexOf('demo-1.0/demo/data') + 'demo-1.0/demo/data'.length + 2;
    bytes[at] = (bytes[at] ?? 0) ^ 0xff;
    expect(await refusalOf(read(bytes, 'demo-1.0.zip'))).toMatch(/^A4/);
  });

  it('is held to the limits', async () => {
    const large = buildSdist({ files: { ...bare, 'demo/data': '\0'.repeat(2 ** 20) } });
    const limits = { ...defaultLimits, totalBytes: 2 ** 19 };
    expect(await refusalOf(read(large, 'demo-1.0.tar.gz', limits))).toBe('A13.total');
    expect(await refusalOf(read(large, 'demo-1.0.tar.gz', { ...limits, compressedBytes: 10 }))).toBe('A13.compressed');
  });
});
