import { zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { a3Name } from '../../../../core/gate/archive/a3-name.ts';
import type { GateCandidate } from '../../../../core/gate/check.ts';
import { recordSchema } from '../../../../core/record/record.ts';
import { bzip2 } from '../../../support/archives/build-bzip2.ts';
import { buildTar, gnuLong, paxHeader, type RawMember } from '../../../support/archives/build-tar.ts';
import { buildZip, extraField } from '../../../support/archives/build-zip.ts';
import { skippableFrame } from '../../../support/archives/build-zstd.ts';
import { emptyWorld } from '../../../support/gate/empty-world.ts';
import { judgeBytes, offeredBytes } from '../../../support/gate/judge-bytes.ts';
import { buildConda, indexMember, infoTar, pkgTar, stem } from '../../../support/packages/build-package.ts';
import { soundConda, soundTarBz2 } from '../../../support/packages/sound-package.ts';
import { buildWheel, type RawWheel } from '../../../support/python/build-wheel.ts';

const tarBz2 = { id: `linux-64/${stem}.tar.bz2` };
const file: RawMember = { name: 'lib/a.txt', data: 'a' };
/** Unlisted files are B2's: only A is asked. */
const archive = { groups: 'A' };
const holding = (...members: RawMember[]) => buildConda({ pkg: pkgTar(...members) });
const named = (name: string | Uint8Array) => holding({ name });
const tarOf = (...members: RawMember[]) => bzip2(buildTar(indexMember, ...members));
const frame = pkgTar();
const windowOf = (descriptor: number) => Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, descriptor, 1, 0, 0]);
const withZip = (zip: Parameters<typeof buildZip>[1]) => buildConda({ zip: zip ?? {} });
const trio = () => [
  { name: 'metadata.json', data: '{"conda_pkg_format_version": 2}' },
  { name: `pkg-${stem}.tar.zst`, data: pkgTar() },
  { name: `info-${stem}.tar.zst`, data: infoTar() },
];
const second = (change: object) => buildZip(trio().map((member, i) => (i === 1 ? { ...member, ...change } : member)));

const rejected: [string, Uint8Array, string, object?][] = [
  ['a local name that differs', second({ local: { name: 'evil' } }), 'A4.mismatch'],
  ['a member that only local headers have', second({ unlisted: true }), 'A4.mismatch'],
  [
    'a second name in an extra field',
    second({ central: { extra: extraField(0x7075, Buffer.from('12345evil')) } }),
    'A4.mismatch',
  ],
  ['bytes before it', withZip({ prefix: 'stub' }), 'A4.framing'],
  ['bytes behind it', withZip({ trailer: 'x' }), 'A4.framing'],
  ['a comment', withZip({ comment: 'x' }), 'A4.framing'],
  ['two end records', Buffer.concat([buildConda(), buildConda().subarray(-22)]), 'A4.framing'],
  ['a wrong CRC', second({ local: { crc: 1 }, central: { crc: 1 } }), 'A4.crc'],
  ['a data descriptor that lies', second({ descriptor: { crc: 1 } }), 'A4.descriptor'],
  ['a third tarball', buildConda({ more: [{ name: 'evil.tar.zst', data: frame }] }), 'A5.members'],
  ['a second pkg tarball', buildConda({ more: [{ name: 'pkg-foo.tar.zst', data: frame }] }), 'A5.members'],
  ['deflated tarballs', buildConda({ method: 8 }), 'A5.deflated'],
  ['another format version', buildConda({ metadata: '{"conda_pkg_format_version": 1}' }), 'A5.metadata'],
  [
    'a list of files that is a link',
    buildConda({ info: infoTar({ name: 'info/paths.json', type: '2', linkName: 'x' }) }),
    'A5.info',
  ],
  ['two zstd frames', buildConda({ pkg: Buffer.concat([frame, frame]) }), 'A6.frames'],
  ['a leading skippable frame', buildConda({ pkg: Buffer.concat([skippableFrame, frame]) }), 'A6.frames'],
  ['a frame that is cut', buildConda({ pkg: frame.subarray(0, -10) }), 'A6.truncated'],
  ['a window of 2^28', buildConda({ pkg: windowOf(18 << 3) }), 'A6.window'],
  ['a dictionary', buildConda({ pkg: Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x21, 7, 0, 1, 0, 0]) }), 'A6.dict'],
  [
    'two bzip2 streams',
    Buffer.concat([bzip2(buildTar(indexMember).subarray(0, 700)), bzip2(buildTar(indexMember).subarray(700))]),
    'A7.streams',
    tarBz2,
  ],
  ['zeros behind the bzip2 stream', Buffer.concat([tarOf(), Buffer.alloc(9)]), 'A7.trailing', tarBz2],
  ['garbage behind the bzip2 stream', Buffer.concat([tarOf(), Buffer.from('garbage')]), 'A7.trailing', tarBz2],
  ['a hard link', holding({ name: 'x', type: '1', linkName: '../victim' }, { name: 'x' }), 'A8.type'],
  ['a device', holding({ name: 'x', type: '3' }), 'A8.type'],
  [
    'a header in a folder’s data',
    holding({ name: 'x', type: '5', data: buildTar({ name: 'evil' }) }),
    'A8.size-on-nonfile',
  ],
  [
    'a header in a fifo’s data',
    holding({ name: 'x', type: '6', data: buildTar({ name: 'evil' }) }),
    'A8.size-on-nonfile',
  ],
  [
    'a header in a hard link’s data',
    holding({ name: 'x', type: '1', data: buildTar({ name: 'evil' }) }),
    'A8.size-on-nonfile',
  ],
  ['a pax size that is another', holding(paxHeader({ size: '0' }), { name: 'x', data: 'xy' }), 'A8.pax'],
  ['a negative size', holding({ name: 'x', rawSize: Buffer.from('-0000000001\0') }), 'A8.pax'],
  ['a size in base 256', holding({ name: 'x', rawSize: Buffer.from([0x80, ...Array(11).fill(0)]) }), 'A8.pax'],
  ['a global header', holding({ ...paxHeader({ path: 'evil' }), type: 'g' }, { name: 'x' }), 'A8.pax'],
  ['an absolute name', named('/etc/x'), 'A9.absolute'],
  ['a name that leads out', named('a/../../x'), 'A9.parent'],
  ['a backslash', named('a\\x'), 'A9.backslash'],
  ['a drive', named('C:x'), 'A9.drive'],
  ['a control character', named('a\u0001'), 'A9.control'],
  ['a name that is not UTF-8', named(Buffer.from([0x61, 0xff])), 'A9.utf8'],
  ['a name that is not in form C', named('e\u0301'), 'A9.nfc'],
  [
    'a name of 1,025 bytes',
    holding(gnuLong('L', 'a'.repeat(1025)), { name: 'a'.repeat(99), magic: 'ustar  \0' }),
    'A9.long',
  ],
  ['a name with an empty part', named('a//b'), 'A9.normal'],
  ['a name that starts with ./', named('./a'), 'A9.normal'],
  ['a member for its root', holding({ name: './', type: '5' }), 'A9.normal'],
  ['what an installer writes', named('conda-meta/x.json'), 'A9.reserved'],
  ['its record of the channel', buildConda({ info: infoTar({ name: 'info/repodata_record.json' }) }), 'A9.reserved'],
  ['a member below a link', holding({ name: 'l', type: '2', linkName: 'lib' }, { name: 'l/x' }), 'A10.under-symlink'],
  ['a link over members', holding({ name: 'l/x' }, { name: 'l', type: '2', linkName: 'lib' }), 'A10.over-folder'],
  ['a setuid bit', holding({ name: 'x', mode: 0o4755 }), 'A11.set-id'],
  ['a sticky bit', holding({ name: 'x', mode: 0o1755 }), 'A11.set-id'],
  ['one path twice', holding({ name: 'x' }, { name: 'x' }), 'A12.dup'],
  ['a member below a file', holding({ name: 'x' }, { name: 'x/y' }), 'A12.under-file'],
  ['a file over members', holding({ name: 'x/y' }, { name: 'x' }), 'A12.under-file'],
  ['index.json in the pkg tarball', buildConda({ pkg: pkgTar(indexMember) }), 'A14.pkg'],
  ['a payload file in the info tarball', buildConda({ info: infoTar({ name: 'bin/x' }) }), 'A14.info'],
];

describe('the checks of archives', () => {
  it.each(rejected)('reject %s', async (_, bytes, code, offered = {}) => {
    const { verdict, codes } = await judgeBytes(bytes, { ...archive, ...offered });
    expect({ verdict, codes }).toEqual({ verdict: 'reject', codes: [`reject ${code}`] });
  });

  it.each([
    ['a link to a file of the machine', { name: 'l', type: '2', linkName: '/etc/passwd' }],
    ['a link that leads out', { name: 'lib/a/l', type: '2', linkName: '../../../x' }],
  ])('hold %s, and name link and target', async (_, link) => {
    const { verdict, codes, firings } = await judgeBytes(holding(link), archive);
    expect({ verdict, codes }).toEqual({ verdict: 'hold', codes: ['hold A10.escape'] });
    expect(firings[0]?.detail).toBe(`"${link.name}" links to "${link.linkName}"`);
  });

  it('fire at nothing in a sound package of either format', async () => {
    const payload: RawMember[] = [
      { name: 'lib/', type: '5', mode: 0o755 },
      { name: 'lib/run', data: 'x', mode: 0o755 },
      { name: 'lib/l', type: '2', linkName: '../lib/run', mode: 0o777 },
      { name: 'lib/up', type: '2', linkName: '..', mode: 0o777 },
      paxHeader({ path: 'lib/é.txt', mtime: '1.5' }),
      { name: 'lib/e' },
    ];
    const rows = (all: { _path: string }[]) =>
      all.map((row) => (row._path === 'lib/e' ? { ...row, _path: 'lib/é.txt' } : row));
    expect((await judgeBytes(soundConda({ payload, rows }))).codes).toEqual([]);
    expect((await judgeBytes(soundTarBz2({ payload, rows }), tarBz2)).codes).toEqual([]);
  });

  it.each([
    ['a data descriptor that says what the directory says', second({ descriptor: true })],
    ['licences in the pkg tarball', buildConda({ pkg: pkgTar({ name: 'info/licenses/X' }) })],
    ['a window of 128 MiB', buildConda({ pkg: zstdCompressSync(buildTar(file)) })],
  ])('pass %s', async (_, bytes) => {
    expect((await judgeBytes(bytes, archive)).codes).toEqual([]);
  });

  it.each([
    ['what anybody may write', holding({ name: 'x', mode: 0o666 }), 'A11.world-writable'],
    ['a link without a target', holding({ name: 'x', type: '2' }), 'A10.target'],
    ['an empty metadata.json', buildConda({ metadata: '' }), 'A5.metadata'],
  ])('warn of %s', async (_, bytes, code) => {
    expect((await judgeBytes(bytes, archive)).codes).toEqual([`warn ${code}`]);
  });

  it.each([
    ['linux-64', 'warn'],
    ['win-64', 'hold'],
    ['osx-arm64', 'hold'],
    ['noarch', 'hold'],
  ])('hold names that differ by case only where a machine minds: %s', async (subdir, verdict) => {
    const offered = { ...archive, id: `${subdir}/${stem}.conda` };
    const collisions = [
      [{ name: 'README' }, { name: 'readme' }],
      [{ name: 'É' }, { name: 'é' }],
      [{ name: 'stra\u00dfe' }, { name: 'STRASSE' }],
      [{ name: 'L/x' }, { name: 'l', type: '2', linkName: 'lib' }],
      [{ name: 'l', type: '2', linkName: 'lib' }, { name: 'L/x' }],
    ];
    for (const members of collisions) {
      expect((await judgeBytes(holding(...members), offered)).codes).toEqual([`${verdict} A12.case`]);
    }
    expect((await judgeBytes(holding({ name: 'a/x' }, { name: 'A/y' }), offered)).codes).toEqual([]);
  });
});

describe('a wheel', () => {
  const judged = (raw: RawWheel) =>
    judgeBytes(buildWheel(raw), { ...archive, kind: 'wheel', id: 'simple/demo/demo-1.0-py3-none-any.whl' });

  it('is held to the checks of archives too', async () => {
    expect((await judged({})).codes).toEqual([]);
    expect((await judged({ modes: { 'demo.py': 0o104755 } })).codes).toEqual(['reject A11.set-id']);
    expect((await judged({ modes: { 'demo.py': 0o100666 } })).codes).toEqual(['warn A11.world-writable']);
    expect((await judged({ files: { 'demo.py': '', 'Demo.py': '' } })).codes).toEqual(['hold A12.case']);
  });
});

describe('A1', () => {
  const record = { name: 'demo', version: '1.0', build: 'h0_0', build_number: 0, depends: [] };
  const judged = (more: object) => {
    const of = recordSchema.parse({ ...record, subdir: 'linux-64', ...more });
    return judgeBytes(buildConda(), { ...archive, origin: 'upstream', record: of });
  };

  it('rejects bytes that are not those of their record', async () => {
    expect((await judged({ sha256: '0'.repeat(64) })).codes).toEqual(['reject A1.hash']);
  });

  it('warns where there was only an md5', async () => {
    expect((await judged({ md5: '0'.repeat(32) })).codes).toEqual(['warn A1.no-sha256']);
  });
});

describe('A3', () => {
  const judged = (id: string, kind: GateCandidate['kind'] = 'package') =>
    a3Name.judge({ ...offeredBytes(buildConda()), id, kind, sha256: null, isServed: false }, emptyWorld);

  it.each([
    'linux-64/../x-1-0.conda',
    'linux-64/x%2f..-1-0.conda',
    'linux-64/x\0-1-0.conda',
    'linux-64/\u202ex-1-0.conda',
    `linux-64/${'x'.repeat(202)}-1-0.conda`,
    `linux-64/x-${'1'.repeat(65)}-0.conda`,
    'linux-64/x-1.conda',
    'linux-64/x-1-0.zip',
    'Linux/x-1-0.conda',
    'x-1-0.conda',
  ])('rejects a package of the name %j', (id) => {
    expect(judged(id)).toMatchObject([{ code: 'A3.name', verdict: 'reject' }]);
  });

  it.each([
    ['wheel', 'simple/x/x-1-py3-none-any.whl.exe'],
    ['wheel', 'other/x/x-1-py3-none-any.whl'],
    ['sdist', 'simple/x/../x-1.tar.gz'],
  ] as const)('rejects a %s of the name %j', (kind, id) => {
    expect(judged(id, kind)).toMatchObject([{ code: 'A3.name', verdict: 'reject' }]);
  });

  it.each([
    ['package', 'linux-64/x-1!2.0-h0_0.tar.bz2'],
    ['wheel', 'simple/x/x-1-py3-none-any.whl'],
    ['sdist', 'simple/x/x-1.tar.gz'],
  ] as const)('passes a %s of the name %j', (kind, id) => {
    expect(judged(id, kind)).toEqual([]);
  });
});
