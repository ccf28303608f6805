import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { bzip2 } from '../archives/build-bzip2.ts';
import { type Dice, dice } from './dice.ts';
import { makeContent, makePaths } from './make-content.ts';
import { makeTar } from './make-tar.ts';
import { makeZip, type ZipInput } from './make-zip.ts';
import { makeZstd } from './make-zstd.ts';

/** What is inside of what in a file that clients fetch. */
export const archiveKinds = ['conda', 'tar.bz2', 'wheel', 'sdist.tar.gz', 'sdist.tar.bz2', 'sdist.zip'] as const;
export type ArchiveKind = (typeof archiveKinds)[number];

/** The kinds of file that are made: of each, under which id. */
const madeIds = {
  conda: 'linux-64/demo-1.0-0.conda',
  'tar.bz2': 'linux-64/demo-1.0-0.tar.bz2',
  wheel: 'simple/demo/demo-1.0-py3-none-any.whl',
  'sdist.tar.gz': 'simple/demo/demo-1.0.tar.gz',
  'sdist.zip': 'simple/demo/demo-1.0.zip',
} as const;

export type MadeKind = keyof typeof madeIds & ArchiveKind;

export interface MadeFile {
  readonly kind: MadeKind;
  readonly id: string;
  readonly bytes: Uint8Array;
  /** What was done to it; empty of a sound one. */
  readonly tricks: readonly string[];
}

/** The file of a kind that a seed stands for: a third sound, the rest with one to three changes. */
export function makeFile(kind: MadeKind, seed: number): MadeFile {
  const cast = dice(seed);
  const changes = cast.pick([0, 0, 1, 1, 1, 2, 3]);
  const made = makers[kind](cast, changes);
  const isFlipped = changes > 1 && cast.chance(0.05);
  const bytes = isFlipped ? flipped(cast, made.bytes) : made.bytes;
  return { kind, id: madeIds[kind], bytes, tricks: isFlipped ? [...made.tricks, 'any bit'] : made.tricks };
}

type Made = Pick<MadeFile, 'bytes' | 'tricks'>;

const makers: Record<MadeKind, (dice: Dice, changes: number) => Made> = {
  conda: makeConda,
  'tar.bz2': makeTarBz2,
  wheel: makeWheel,
  'sdist.tar.gz': makeTarGz,
  'sdist.zip': makeSdistZip,
};

const indexJson = Buffer.from(
  '{"name":"demo","version":"1.0","build":"0","build_number":0,"subdir":"linux-64","depends":[]}',
);

/** Changes fall on any of a package's layers: ZIP, frames, tars. */
function makeConda(dice: Dice, changes: number): Made {
  const layers = Array.from({ length: changes }, () => dice.pick(['zip', 'zip', 'frame', 'tar', 'tar', 'tar']));
  const of = (layer: string) => layers.filter((one) => one === layer).length;
  // Only `info/` may be in it.
  const info = makeTar(dice, { files: new Map([['info/index.json', indexJson]]), changes: 0, most: 0 }).bytes;
  const pkg = makeTar(dice, { files: new Map(), changes: of('tar') });
  const frames = [makeZstd(dice, info, 0), makeZstd(dice, pkg.bytes, of('frame'))] as const;
  const members = [
    { name: 'metadata.json', data: Buffer.from('{"conda_pkg_format_version": 2}') },
    { name: 'pkg-demo-1.0-0.tar.zst', data: frames[1].bytes },
    { name: 'info-demo-1.0-0.tar.zst', data: frames[0].bytes },
  ];
  const zip = makeZip(dice, members, { changes: of('zip'), isStored: true });
  return { bytes: zip.bytes, tricks: [...pkg.tricks, ...frames[1].tricks, ...zip.tricks] };
}

function makeTarBz2(dice: Dice, changes: number): Made {
  const tar = makeTar(dice, { files: new Map([['info/index.json', indexJson]]), changes });
  const packed = bzip2(tar.bytes);
  if (changes === 0 || dice.chance(0.85)) return { bytes: packed, tricks: tar.tricks };
  const [name, bytes] = dice.pick<readonly [string, () => Uint8Array]>([
    ['a stream behind', () => Buffer.concat([packed, bzip2('x')])],
    ['two streams', () => Buffer.concat([bzip2(tar.bytes.subarray(0, 512)), bzip2(tar.bytes.subarray(512))])],
    ['zeros behind', () => Buffer.concat([packed, Buffer.alloc(dice.below(9))])],
    ['a byte behind', () => Buffer.concat([packed, Buffer.from('x')])],
    ['level', () => flippedAt(packed, 3, dice.below(3))],
    ['cut', () => packed.subarray(0, packed.length - 1 - dice.below(12))],
    ['end', () => flippedAt(packed, packed.length - 1 - dice.below(10), dice.below(8))],
    ['any bit', () => flipped(dice, packed)],
  ]);
  return { bytes: bytes(), tricks: [...tar.tricks, `bzip2.${name}`] };
}

const release = 'Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n';

function makeTarGz(dice: Dice, changes: number): Made {
  const files = new Map([
    ['PKG-INFO', Buffer.from(release)],
    ['setup.py', Buffer.from("from setuptools import setup\nsetup(name='demo', version='1.0')\n")],
  ]);
  const tar = makeTar(dice, { files, changes, root: 'demo-1.0/' });
  const packed = gzipSync(tar.bytes, { level: dice.below(10) });
  if (dice.chance(0.3)) packed.writeUInt32LE(dice.below(2 ** 31), 4);
  const named = dice.chance(0.2) ? withGzipName(packed) : packed;
  if (changes === 0 || dice.chance(0.85)) return { bytes: named, tricks: tar.tricks };
  const [name, bytes] = dice.pick<readonly [string, () => Uint8Array]>([
    ['a member behind', () => Buffer.concat([packed, gzipSync('x')])],
    ['an empty member behind', () => Buffer.concat([packed, gzipSync('')])],
    ['two members', () => Buffer.concat([gzipSync(tar.bytes.subarray(0, 512)), gzipSync(tar.bytes.subarray(512))])],
    ['zeros behind', () => Buffer.concat([packed, Buffer.alloc(dice.below(9))])],
    ['a byte behind', () => Buffer.concat([packed, Buffer.from('x')])],
    ['flags', () => flippedAt(packed, 3, dice.below(8))],
    ['header', () => flippedAt(packed, dice.below(10), dice.below(8))],
    ['cut', () => packed.subarray(0, packed.length - 1 - dice.below(12))],
    ['end', () => flippedAt(packed, packed.length - 1 - dice.below(10), dice.below(8))],
    ['any bit', () => flipped(dice, packed)],
  ]);
  return { bytes: bytes(), tricks: [...tar.tricks, `gzip.${name}`] };
}

/** With the file's name in its header, as `gzip` leaves it. */
function withGzipName(packed: Buffer): Buffer {
  const head = Buffer.from(packed.subarray(0, 10));
  head.writeUInt8(8, 3);
  return Buffer.concat([head, Buffer.from('demo-1.0.tar\0'), packed.subarray(10)]);
}

const wheelText = 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n';

/** Its `RECORD` lists what is in it before it is changed. */
function makeWheel(dice: Dice, changes: number): Made {
  const inputs: ZipInput[] = makePaths(dice, 4).map((name) => ({ name, data: makeContent(dice) }));
  inputs.push({ name: 'demo-1.0.dist-info/METADATA', data: Buffer.from(release) });
  inputs.push({ name: 'demo-1.0.dist-info/WHEEL', data: Buffer.from(wheelText) });
  const rows = inputs.map(({ name, data }) => {
    const digest = createHash('sha256').update(data).digest('base64url');
    return `${name},sha256=${digest},${data.length}\n`;
  });
  const record = 'demo-1.0.dist-info/RECORD';
  inputs.push({ name: record, data: Buffer.from([...rows, `${record},,\n`].join('')) });
  if (dice.chance(0.1)) inputs.unshift({ name: 'folder/', data: Buffer.alloc(0) });
  return makeZip(dice, inputs, { changes, isStored: false });
}

function makeSdistZip(dice: Dice, changes: number): Made {
  const inputs: ZipInput[] = makePaths(dice, 4).map((name) => ({ name: `demo-1.0/${name}`, data: makeContent(dice) }));
  inputs.push({ name: 'demo-1.0/PKG-INFO', data: Buffer.from(release) });
  inputs.push({ name: 'demo-1.0/setup.py', data: Buffer.from('import setuptools\nsetuptools.setup()\n') });
  if (dice.chance(0.2)) inputs.unshift({ name: 'demo-1.0/', data: Buffer.alloc(0) });
  return makeZip(dice, inputs, { changes, isStored: false });
}

const flipped = (dice: Dice, bytes: Uint8Array): Uint8Array =>
  flippedAt(bytes, dice.below(bytes.length), dice.below(8));

function flippedAt(bytes: Uint8Array, at: number, bit: number): Uint8Array {
  const changed = Buffer.from(bytes);
  if (at >= 0 && at < changed.length) changed.writeUInt8((changed[at] ?? 0) ^ (1 << bit), at);
  return changed;
}
