import { createHash } from 'node:crypto';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { bzip2Bomb } from '../archives/build-bzip2.ts';
import { buildTar, endBlocks, gnuLong, paxHeader, type RawMember, rawMember } from '../archives/build-tar.ts';
import { buildZip, type RawZipMember } from '../archives/build-zip.ts';
import { zstdBomb } from '../archives/build-zstd.ts';
import type { ArchiveKind } from '../made-archives/make-file.ts';
import { buildConda, indexMember } from '../packages/build-package.ts';
import { buildWheel } from '../python/build-wheel.ts';

/** A small file that would cost much to read, and the code that it must be refused with. */
export interface Bomb {
  readonly name: string;
  readonly kind: ArchiveKind;
  readonly code: RegExp;
  readonly bytes: () => Uint8Array;
}

const mebi = 1024 ** 2;
const zeros = (mebibytes: number): Uint8Array => Buffer.alloc(mebibytes * mebi);
const tar = (members: Iterable<Uint8Array>): Uint8Array => Buffer.concat([...members, endBlocks]);

function* many(count: number, member: (i: number) => RawMember): Generator<Uint8Array> {
  for (let i = 0; i < count; i++) yield rawMember(member(i));
}

const hashName = (i: number): string => createHash('sha256').update(String(i)).digest('hex');
const ofPkg = (members: Iterable<Uint8Array>): Uint8Array => buildConda({ pkg: zstdCompressSync(tar(members)) });
const ofIndex = (text: string): Uint8Array =>
  buildConda({ info: zstdCompressSync(buildTar({ ...indexMember, data: text })) });

const manyInWheel = (count: number): Uint8Array =>
  buildZip(
    Array.from({ length: count }, (_, i): RawZipMember => ({ name: i.toString(36) })),
    { zip64: true },
  );

/** One megabyte of zeros, deflated once, that so many records of a directory say is their data. */
function overlappingZip(count: number): Uint8Array {
  const members = Array.from({ length: count }, (_, i): RawZipMember => ({ name: `${i}`, central: { offset: 0 } }));
  const [first = { name: '0' }, ...rest] = members;
  return buildZip([{ ...first, data: zeros(1), method: 8 }, ...rest]);
}

export const bombs: readonly Bomb[] = [
  { name: '700 bytes of bzip2, a gigabyte', kind: 'tar.bz2', code: /^A13\.ratio$/, bytes: () => bzip2Bomb() },
  {
    name: '30 kB of zstd, a gigabyte',
    kind: 'conda',
    code: /^A13\.ratio$/,
    bytes: () => buildConda({ pkg: zstdBomb() }),
  },
  { name: 'the same as its info', kind: 'conda', code: /^A13\.ratio$/, bytes: () => buildConda({ info: zstdBomb() }) },
  {
    name: 'zstd inside deflate',
    kind: 'conda',
    code: /^A(13\.ratio|5\.deflated)$/,
    bytes: () => buildConda({ pkg: zstdBomb(), method: 8 }),
  },
  {
    name: '200 kB of gzip, 200 MB',
    kind: 'sdist.tar.gz',
    code: /^A13\.ratio$/,
    bytes: () => gzipSync(Buffer.concat([rawMember({ name: 'demo-1.0/x', size: 200 * mebi }), zeros(200)])),
  },
  {
    name: '200 kB of a wheel, 200 MB',
    kind: 'wheel',
    code: /^A13\.ratio$/,
    bytes: () => buildWheel({ files: { 'demo.bin': zeros(200) } }),
  },
  {
    name: '201,000 empty files',
    kind: 'conda',
    code: /^A13\.(entries|ratio)$/,
    bytes: () => ofPkg(many(201_000, (i) => ({ name: hashName(i) }))),
  },
  { name: '201,000 empty files of a wheel', kind: 'wheel', code: /^A13\.entries$/, bytes: () => manyInWheel(201_000) },
  {
    name: '600,000 empty files of a wheel',
    kind: 'wheel',
    code: /^A13\.(entries|directory)$/,
    bytes: () => manyInWheel(600_000),
  },
  { name: 'a ZIP whose members are one', kind: 'wheel', code: /^A4\./, bytes: () => overlappingZip(50_000) },
  {
    name: 'names of a kilobyte each',
    kind: 'conda',
    code: /^A13\.(names|ratio)$/,
    bytes: () =>
      ofPkg(
        (function* () {
          for (let i = 0; i < 70_000; i++) {
            yield rawMember(gnuLong('L', hashName(i).repeat(15)));
            yield rawMember({ name: 'x' });
          }
        })(),
      ),
  },
  {
    name: 'names of a kilobyte, each in 500 folders of its own',
    kind: 'conda',
    code: /^A13\.(names|ratio)$/,
    bytes: () =>
      ofPkg(
        (function* () {
          for (let i = 0; i < 20_000; i++) {
            yield rawMember(gnuLong('L', `${i}${'/A'.repeat(500)}`));
            yield rawMember({ name: 'x' });
          }
        })(),
      ),
  },
  {
    name: 'a pax header of 60 kB for each file',
    kind: 'conda',
    code: /^A13\.ratio$/,
    bytes: () =>
      ofPkg(
        (function* () {
          const pax = rawMember(paxHeader({ mtime: '1'.repeat(60_000) }));
          for (let i = 0; i < 3000; i++) yield Buffer.concat([pax, rawMember({ name: `${i}` })]);
        })(),
      ),
  },
  {
    name: 'pax headers and no file',
    kind: 'conda',
    code: /^A8\.pax$/,
    bytes: () => ofPkg(many(100_000, () => paxHeader({ mtime: '1' }))),
  },
  { name: 'a long name of a gigabyte', kind: 'conda', code: /^A13\.header$/, bytes: () => ofPkg([longName(2 ** 30)]) },
  { name: 'JSON of 60 million levels', kind: 'conda', code: /^(B7|A13)\./, bytes: () => ofIndex('['.repeat(60e6)) },
  {
    name: 'JSON of 20 million values',
    kind: 'conda',
    code: /^(B7|A13)\./,
    bytes: () => ofIndex(`{"x":[${'0,'.repeat(20e6)}0]}`),
  },
  {
    name: 'JSON of 4 million keys',
    kind: 'conda',
    code: /^(B7|A13)\./,
    bytes: () => ofIndex(`{${Array.from({ length: 4e6 }, (_, i) => `"${i.toString(36)}":0`).join(',')}}`),
  },
  {
    name: 'a RECORD of 15 MiB',
    kind: 'wheel',
    code: /^(wheel\.record|A13|F3)/,
    bytes: () => buildWheel({ info: { RECORD: 'x,,\n'.repeat(4e6) } }),
  },
  {
    name: 'METADATA of 15 MiB',
    kind: 'wheel',
    code: /^(metadata|A13|F2)/,
    bytes: () => buildWheel({ info: { METADATA: 'a: b\n'.repeat(3e6) } }),
  },
];

const longName = (size: number): Uint8Array => rawMember({ name: '././@LongLink', type: 'L', size });
