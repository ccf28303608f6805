import { buildZip, extraField, type RawZip, type RawZipMember, zip64Extra } from './build-zip.ts';

const a: RawZipMember = { name: 'a', data: 'alpha' };
const b: RawZipMember = { name: 'b', data: 'beta' };
/** A ZIP of one member `a` of `alpha`, changed as asked. */
export const oneMemberZip = (member: Partial<RawZipMember>, zip?: RawZip) => buildZip([{ ...a, ...member }], zip);
const secondName = (name: string) => extraField(0x7075, Buffer.concat([Buffer.alloc(5), Buffer.from(name)]));
const elsewhere = { size: 0xffffffff, compressedSize: 0xffffffff };
/** The end record of an empty ZIP. */
export const emptyZip = buildZip([]);

const endRecord = 0x06054b50;
const end64Record = 0x06064b50;
const locatorRecord = 0x07064b50;
const centralRecord = 0x02014b50;
const localRecord = 0x04034b50;

/** The ZIP with bytes written at `at` into its last record of that signature. */
function patched(zip: Uint8Array, signature: number, { at, bytes }: { at: number; bytes: readonly number[] }) {
  const changed = Buffer.from(zip);
  const mark = Buffer.alloc(4);
  mark.writeUInt32LE(signature);
  changed.set(bytes, changed.lastIndexOf(mark) + at);
  return changed;
}

const two = buildZip([a, b]);
/** The directory record of `b`, which a comment of `a`'s holds: there for who does not skip comments. */
const smuggled = two.subarray(Buffer.from(two).lastIndexOf('PK\x01\x02'), -22);
const wide = oneMemberZip({}, { zip64: true });

const lineEnd = { name: Buffer.from('\u2028x.pth'), flags: 0x0800 };

/** What must be refused, and the code. */
export const refusedZips: [string, Uint8Array, string][] = [
  ['a local name that is not the directory name', oneMemberZip({ local: { name: 'c' } }), 'A4.mismatch'],
  ['a local method that is not the directory method', oneMemberZip({ local: { method: 8 } }), 'A4.mismatch'],
  ['a local CRC that is not the directory CRC', oneMemberZip({ local: { crc: 1 } }), 'A4.mismatch'],
  ['local sizes that are not the directory sizes', oneMemberZip({ local: { size: 4 } }), 'A4.mismatch'],
  ['local flags that are not the directory flags', oneMemberZip({ local: { flags: 0x0800 } }), 'A4.mismatch'],
  ['a first member that is not in the directory', buildZip([{ ...a, unlisted: true }, b]), 'A4.mismatch'],
  ['a last member that is not in the directory', buildZip([a, { ...b, unlisted: true }]), 'A4.mismatch'],
  [
    'a middle member that is not in the directory',
    buildZip([a, { ...b, unlisted: true }, { name: 'c' }]),
    'A4.mismatch',
  ],
  ['a directory record without a member', oneMemberZip({ central: { offset: 1 } }), 'A4.mismatch'],
  ['two directory records for one member', buildZip([a, { ...a, central: { offset: 0 } }]), 'A4.mismatch'],
  ['a prefix', oneMemberZip({}, { prefix: '#!/bin/sh\n' }), 'A4.framing'],
  ['a ZIP in front', oneMemberZip({}, { prefix: Buffer.from(emptyZip).toString('latin1') }), 'A4.framing'],
  ['a trailer', oneMemberZip({}, { trailer: '\n' }), 'A4.framing'],
  ['a second end record', oneMemberZip({}, { trailer: Buffer.from(emptyZip).toString('latin1') }), 'A4.framing'],
  ['a comment', oneMemberZip({}, { comment: 'hello' }), 'A4.framing'],
  ['a comment on a member', oneMemberZip({ central: { comment: 'hello' } }), 'A4.framing'],
  ['a gap before the directory', oneMemberZip({}, { gap: 'hidden' }), 'A4.framing'],
  ['an archive extra data record', oneMemberZip({}, { gap: 'PK\x06\x08\0\0\0\0' }), 'A4.framing'],
  ['an end record that counts too many', oneMemberZip({}, { entries: 2 }), 'A4.framing'],
  ['an end record that counts too few', buildZip([a, b], { entries: 1 }), 'A4.framing'],
  ['two end records that disagree', oneMemberZip({}, { zip64: { entries: 2 } }), 'A4.framing'],
  [
    'a comment that is a directory record',
    buildZip(
      [
        { ...a, central: { comment: smuggled } },
        { ...b, unlisted: true },
      ],
      { entries: 2 },
    ),
    'A4.framing',
  ],
  ['data behind the directory', oneMemberZip({}, { tail: 'hidden' }), 'A4.framing'],
  ['another end signature', patched(oneMemberZip({}), endRecord, { at: 3, bytes: [7] }), 'A4.framing'],
  ['a comment length without a comment', patched(oneMemberZip({}), endRecord, { at: 20, bytes: [5] }), 'A4.framing'],
  ['an end record of disk 1', patched(oneMemberZip({}), endRecord, { at: 4, bytes: [1] }), 'A4.framing'],
  [
    'an end record with members on another disk',
    patched(oneMemberZip({}), endRecord, { at: 8, bytes: [0] }),
    'A4.framing',
  ],
  ['a member on another disk', patched(oneMemberZip({}), centralRecord, { at: 34, bytes: [1] }), 'A4.framing'],
  ['a directory record cut short', patched(oneMemberZip({}), centralRecord, { at: 30, bytes: [9] }), 'A4.framing'],
  [
    'an end record that the ZIP64 one contradicts',
    patched(wide, endRecord, { at: 8, bytes: [2, 0, 2, 0] }),
    'A4.framing',
  ],
  ['ZIP64 end records that nothing points to', oneMemberZip({}, { zip64: { entries: 1 } }), 'A4.framing'],
  ['another ZIP64 end signature', patched(wide, end64Record, { at: 3, bytes: [9] }), 'A4.framing'],
  ['a ZIP64 end record of another length', patched(wide, end64Record, { at: 4, bytes: [45] }), 'A4.framing'],
  ['a ZIP64 end record of disk 1', patched(wide, end64Record, { at: 16, bytes: [1] }), 'A4.framing'],
  ['a ZIP64 locator that points elsewhere', patched(wide, locatorRecord, { at: 8, bytes: [0] }), 'A4.framing'],
  ['a ZIP64 locator of disk 1', patched(wide, locatorRecord, { at: 4, bytes: [1] }), 'A4.framing'],
  [
    'a ZIP64 extra of 9 bytes',
    oneMemberZip({ central: { offset: 0xffffffff, extra: extraField(1, Buffer.alloc(9)) } }),
    'A4.extra',
  ],
  [
    'a directory of 33 MiB',
    patched(Buffer.concat([Buffer.alloc(33 * 1024 ** 2), emptyZip]), endRecord, { at: 12, bytes: [0, 0, 0x10, 2] }),
    'A13.directory',
  ],
  [
    'a ZIP64 extra with a value that nothing points to',
    oneMemberZip({ central: { extra: zip64Extra(5) } }),
    'A4.extra',
  ],
  ['a ZIP64 extra of too many values', oneMemberZip({ central: { extra: zip64Extra(5, 5, 0, 0) } }), 'A4.extra'],
  ['another local signature', patched(oneMemberZip({}), localRecord, { at: 3, bytes: [5] }), 'A4.mismatch'],
  [
    'another descriptor signature',
    patched(oneMemberZip({ descriptor: true }), 0x08074b50, { at: 3, bytes: [9] }),
    'A4.descriptor',
  ],
  ['a prefix before no members', buildZip([], { prefix: 'hidden' }), 'A4.framing'],
  ['a member of no directory', buildZip([{ ...a, unlisted: true }]), 'A4.mismatch'],
  ['the root as a member', oneMemberZip({ name: './', data: '' }), 'A9.normal'],
  [
    'an end record with a wrong directory size',
    patched(oneMemberZip({}), endRecord, { at: 12, bytes: [1] }),
    'A4.framing',
  ],
  ['encryption', oneMemberZip({ local: { flags: 1 }, central: { flags: 1 } }), 'A4.encrypted'],
  ['strong encryption', oneMemberZip({ local: { flags: 0x40 }, central: { flags: 0x40 } }), 'A4.flags'],
  ['an unknown method', oneMemberZip({ method: 14 }), 'A4.method'],
  ['a wrong CRC', oneMemberZip({ local: { crc: 1 }, central: { crc: 1 } }), 'A4.crc'],
  ['a wrong CRC, deflated', oneMemberZip({ method: 8, local: { crc: 1 }, central: { crc: 1 } }), 'A4.crc'],
  ['stored sizes that differ', oneMemberZip({ local: { size: 4 }, central: { size: 4 } }), 'A4.size'],
  ['fewer bytes than declared', oneMemberZip({ method: 8, local: { size: 6 }, central: { size: 6 } }), 'A4.size'],
  ['more bytes than declared', oneMemberZip({ method: 8, local: { size: 4 }, central: { size: 4 } }), 'A4.size'],
  ['junk behind the deflate stream', oneMemberZip({ method: 8, junk: 'PK' }), 'A4.deflate'],
  [
    'a cut deflate stream',
    oneMemberZip({ method: 8, data: 'abc'.repeat(99), local: { compressedSize: 5 }, central: { compressedSize: 5 } }),
    'A4.framing',
  ],
  [
    'a member that reaches into the next',
    buildZip([{ ...a, local: { size: 9, compressedSize: 9 }, central: { size: 9, compressedSize: 9 } }, b]),
    'A4.framing',
  ],
  ['a descriptor with a wrong CRC', oneMemberZip({ descriptor: { crc: 1 } }), 'A4.descriptor'],
  ['a descriptor with a wrong size', oneMemberZip({ descriptor: { size: 1 } }), 'A4.descriptor'],
  ['a descriptor that is not there', oneMemberZip({ local: { flags: 8 }, central: { flags: 8 } }), 'A4.descriptor'],
  ['a descriptor flag in one header only', oneMemberZip({ central: { flags: 8 } }), 'A4.mismatch'],
  ['a second name', oneMemberZip({ central: { extra: secondName('evil') } }), 'A4.mismatch'],
  ['a second name in the local header', oneMemberZip({ local: { extra: secondName('evil') } }), 'A4.mismatch'],
  ['a ZIP64 extra that contradicts', oneMemberZip({ central: { extra: zip64Extra(6, 5) } }), 'A4.extra'],
  ['a ZIP64 extra that lacks a value', oneMemberZip({ central: { ...elsewhere, extra: zip64Extra(5) } }), 'A4.extra'],
  ['no ZIP64 extra for a field that points to it', oneMemberZip({ central: elsewhere }), 'A4.extra'],
  [
    'a ZIP64 extra whose offset some read behind the first value',
    oneMemberZip({ central: { size: 0xffffffff, offset: 0xffffffff, extra: zip64Extra(5, 5, 0) } }),
    'A4.extra',
  ],
  [
    'two ZIP64 extras',
    oneMemberZip({ central: { extra: Buffer.concat([zip64Extra(), zip64Extra(5, 5)]) } }),
    'A4.extra',
  ],
  ['a ZIP64 extra of 2^63', oneMemberZip({ central: { extra: extraField(1, Buffer.alloc(16, 0xff)) } }), 'A4.extra'],
  ['an extra field cut short', oneMemberZip({ central: { extra: Buffer.from([1, 0, 9, 0]) } }), 'A4.extra'],
  ['the same name twice', buildZip([a, a]), 'A4.duplicate'],
  ['a file and a directory of one name', buildZip([{ name: 'x' }, { name: 'x/' }]), 'A4.duplicate'],
  ['a directory with a CRC', oneMemberZip({ name: 'x/', data: '', local: { crc: 1 }, central: { crc: 1 } }), 'A4.crc'],
  ['a file marked as a directory', oneMemberZip({ mode: 0o040755 }), 'A4.type'],
  ["a file with DOS's directory bit", patched(oneMemberZip({}), centralRecord, { at: 38, bytes: [0x10] }), 'A4.type'],
  ['a later version of ZIP', patched(oneMemberZip({}), centralRecord, { at: 6, bytes: [46] }), 'A4.version'],
  ['a directory with data', oneMemberZip({ name: 'x/' }), 'A4.size'],
  ['an absolute name', oneMemberZip({ name: '/a' }), 'A9.absolute'],
  ['a parent in the name', oneMemberZip({ name: '../a' }), 'A9.parent'],
  ['a name with a NUL', oneMemberZip({ name: 'a\0.txt' }), 'A9.control'],
  ['a name with a line separator', oneMemberZip({ name: '???x.pth', local: lineEnd, central: lineEnd }), 'A9.control'],
  [
    'a name that is not marked UTF-8',
    oneMemberZip({ name: 'é', local: { name: Buffer.from('é') }, central: { name: Buffer.from('é') } }),
    'A9.utf8',
  ],
  ['an empty file', new Uint8Array(), 'A4.framing'],
  ['no ZIP', Buffer.alloc(100, 'x'), 'A4.framing'],
];

/** Sound ways to write member `a`, and the findings. */
export const soundZips: [string, Uint8Array, string[]][] = [
  ['a stored member', oneMemberZip({}), []],
  ['a version with its system', patched(oneMemberZip({}), centralRecord, { at: 6, bytes: [20, 3] }), []],
  ['a deflated member', oneMemberZip({ method: 8 }), []],
  ['ZIP64 end records', oneMemberZip({}, { zip64: true }), []],
  ['an empty ZIP64 extra', oneMemberZip({ central: { extra: zip64Extra() }, local: { extra: zip64Extra() } }), []],
  [
    'ZIP64 sizes',
    oneMemberZip({ local: { ...elsewhere, extra: zip64Extra(5, 5) }, central: { extra: zip64Extra(5, 5) } }),
    [],
  ],
  ['a ZIP64 extra of zeros', oneMemberZip({ central: { extra: zip64Extra(0, 0) } }), []],
  ['a ZIP64 offset', oneMemberZip({ central: { offset: 0xffffffff, extra: zip64Extra(0) } }), []],
  ['the same name again', oneMemberZip({ central: { extra: secondName('a') } }), []],
  ['another extra', oneMemberZip({ central: { extra: extraField(0x5455, Buffer.alloc(5)) } }), []],
  ['a descriptor that agrees', oneMemberZip({ descriptor: true }), ['zip.descriptor']],
  ['a descriptor without signature', oneMemberZip({ method: 8, descriptor: { signed: false } }), ['zip.descriptor']],
  ['./ in front', oneMemberZip({ name: './a' }), ['archive.dot-prefix']],
];
