import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { defaultLimits, type ReadLimits } from '../../../core/archive/limits.ts';
import { packageFileNameSchema } from '../../../core/names/package-file-name.ts';
import { bytesSource } from '../../../core/ports/byte-source.ts';
import { bzip2, bzip2Bomb } from '../../support/archives/build-bzip2.ts';
import { buildTar } from '../../support/archives/build-tar.ts';
import { skippableFrame, zstdBomb } from '../../support/archives/build-zstd.ts';
import {
  buildConda,
  buildTarBz2,
  indexJson,
  indexMember,
  infoTar,
  pkgTar,
  stem,
} from '../../support/packages/build-package.ts';
import { inspectPackage } from '../../support/packages/inspect-package.ts';
import { refusalOf } from '../../support/packages/refusal.ts';

const inspect = (bytes: Uint8Array, extension = '.conda', limits?: ReadLimits) =>
  inspectPackage(bytesSource(bytes), packageFileNameSchema.parse(`${stem}${extension}`), limits);
const inspectBz2 = (bytes: Uint8Array, limits?: ReadLimits) => inspect(bytes, '.tar.bz2', limits);

const frame = pkgTar();
const refused: [string, Uint8Array, string][] = [
  ['a third tarball', buildConda({ more: [{ name: 'evil.tar.zst', data: frame }] }), 'A5.members'],
  ['a second pkg tarball', buildConda({ more: [{ name: 'pkg-foo.tar.zst', data: frame }] }), 'A5.members'],
  ['a second info tarball', buildConda({ more: [{ name: 'info-foo.tar.zst', data: frame }] }), 'A5.members'],
  ['any fourth member', buildConda({ more: [{ name: 'README' }] }), 'A5.members'],
  [
    'a tarball named for another package',
    Buffer.from(Buffer.from(buildConda()).toString('latin1').replaceAll('pkg-demo', 'pkg-dema'), 'latin1'),
    'A5.members',
  ],
  ['format version 3', buildConda({ metadata: '{"conda_pkg_format_version": 3}' }), 'A5.metadata'],
  ['no format version', buildConda({ metadata: '{}' }), 'A5.metadata'],
  ['metadata.json of 1 MB', buildConda({ metadata: ' '.repeat(10 ** 6) }), 'A5.metadata'],
  ['metadata.json that is not JSON', buildConda({ metadata: '{' }), 'B7.json'],
  ['two zstd frames', buildConda({ pkg: Buffer.concat([frame, frame]) }), 'A6.frames'],
  ['a leading skippable frame', buildConda({ pkg: Buffer.concat([skippableFrame, frame]) }), 'A6.frames'],
  ['a frame cut by 10 bytes', buildConda({ pkg: frame.subarray(0, -10) }), 'A6.truncated'],
  ['a bomb', buildConda({ pkg: zstdBomb() }), 'A13.ratio'],
  [
    'a bomb in a deflated member',
    buildConda({ metadata: '{"conda_pkg_format_version": 2}', method: 8, pkg: Buffer.alloc(70 * 1024 ** 2) }),
    'A13.ratio',
  ],
  ['index.json in the pkg tarball', buildConda({ pkg: pkgTar(indexMember) }), 'A14.pkg'],
  ['INFO/index.json in the pkg tarball', buildConda({ pkg: pkgTar({ name: 'INFO/index.json' }) }), 'A14.pkg'],
  ['a file named info in the pkg tarball', buildConda({ pkg: pkgTar({ name: 'info' }) }), 'A14.pkg'],
  [
    'a link named info/licenses',
    buildConda({ pkg: pkgTar({ name: 'info/licenses', type: '2', linkName: '..' }) }),
    'A14.pkg',
  ],
  ['a payload file in the info tarball', buildConda({ info: infoTar({ name: 'bin/x' }) }), 'A14.info'],
  [
    'one path in both tarballs',
    buildConda({ info: infoTar({ name: 'info/licenses/X' }), pkg: pkgTar({ name: 'info/licenses/X' }) }),
    'A12.dup',
  ],
];

const refusedBz2: [string, Uint8Array, string][] = [
  ['a bomb', bzip2Bomb(), 'A13.ratio'],
  ['garbage behind', Buffer.concat([buildTarBz2(indexMember), Buffer.from('garbage')]), 'A7.trailing'],
  ['a cut stream', buildTarBz2(indexMember, { name: 'a', data: randomBytes(9999) }).subarray(0, -4), 'A7.truncated'],
  [
    'a hardlink out of the tree',
    buildTarBz2(indexMember, { name: 'x', type: '1', linkName: '../victim' }, { name: 'x' }),
    'A8.type',
  ],
  ['no index.json', buildTarBz2({ name: 'bin/x' }), 'A5.index'],
  ['a .conda under this name', buildConda(), 'A7.header'],
  ['data behind the tar', bzip2(Buffer.concat([buildTar(indexMember), buildTar({ name: 'x' })])), 'A8.end'],
];

describe('inspectPackage', () => {
  it.each(refused)('refuses a .conda with %s', async (_, bytes, code) => {
    expect(await refusalOf(inspect(bytes))).toBe(code);
  });

  it.each(refusedBz2)('refuses a .tar.bz2 with %s', async (_, bytes, code) => {
    expect(await refusalOf(inspectBz2(bytes))).toBe(code);
  });

  it('reads both tarballs of a .conda', async () => {
    const { info, members, bytes, findings } = await inspect(buildConda());
    expect(info.index).toEqual(indexJson);
    expect({ members, bytes, findings }).toEqual({ members: 2, bytes: 114, findings: [] });
  });

  it('accepts licences in the pkg tarball', async () => {
    const pkg = pkgTar(
      { name: 'info/', type: '5' },
      { name: 'info/licenses/', type: '5' },
      { name: 'info/licenses/X' },
    );
    expect((await inspect(buildConda({ pkg }))).members).toBe(5);
  });

  it.each([
    ['deflated members', buildConda({ method: 8 }), ['conda.deflated']],
    ['an empty metadata.json', buildConda({ metadata: '' }), ['conda.metadata']],
    [
      'an escaping link',
      buildConda({ pkg: pkgTar({ name: 'a', type: '2', linkName: '/etc/passwd' }) }),
      ['A10.escape'],
    ],
  ])('reads and reports %s', async (_, bytes, codes) => {
    expect([...new Set((await inspect(bytes)).findings.map(({ code }) => code))]).toEqual(codes);
  });

  it('reads several bzip2 streams and zeros behind them, and says so', async () => {
    const tar = buildTar(indexMember);
    const bytes = Buffer.concat([bzip2(tar.subarray(0, 700)), bzip2(tar.subarray(700)), Buffer.alloc(9)]);
    const { info, findings } = await inspectBz2(bytes);
    expect(info.index).toEqual(indexJson);
    expect(findings.map(({ code }) => code)).toEqual(['bzip2.multistream', 'bzip2.padding']);
  });

  it.each([
    ['compressedBytes', 100, 'A13.compressed'],
    ['totalBytes', 1000, 'A13.total'],
    ['entries', 1, 'A13.entries'],
    ['jsonBytes', 10, 'A13.json'],
  ])('holds a package to its %s', async (limit, most, code) => {
    expect(await refusalOf(inspect(buildConda(), '.conda', { ...defaultLimits, [limit]: most }))).toBe(code);
  });

  it('refuses every truncation of either format', async () => {
    const conda = buildConda();
    const tarBz2 = buildTarBz2(indexMember);
    for (let length = 0; length < conda.length; length += 7) {
      expect(await refusalOf(inspect(conda.subarray(0, length)))).toMatch(/^A4\./);
    }
    for (let length = 0; length < tarBz2.length; length += 7) {
      expect(await refusalOf(inspectBz2(tarBz2.subarray(0, length)))).toMatch(/^A7\./);
    }
  });

  it('keeps no more of 100 findings than ten and a count', async () => {
    const links = Array.from({ length: 100 }, (_, i) => ({ name: `l${i}`, type: '2', linkName: '/x' }));
    const { findings } = await inspect(buildConda({ pkg: pkgTar(...links) }));
    expect(findings).toHaveLength(11);
    expect(findings.at(-1)).toEqual({ code: 'A10.escape', detail: 'and 90 more' });
  });
});
