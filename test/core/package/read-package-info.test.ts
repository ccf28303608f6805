import { randomBytes } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { packageFileNameSchema } from '../../../core/names/package-file-name.ts';
import { readPackageInfo } from '../../../core/package/read-package-info.ts';
import { bytesSource } from '../../../core/ports/byte-source.ts';
import { bzip2 } from '../../support/archives/build-bzip2.ts';
import { buildTar, paxHeader } from '../../support/archives/build-tar.ts';
import {
  buildConda,
  buildTarBz2,
  indexJson,
  indexMember,
  infoTar,
  pkgTar,
  stem,
} from '../../support/packages/build-package.ts';
import { countingSource } from '../../support/packages/counting-source.ts';
import { refusalOf } from '../../support/packages/refusal.ts';

const conda = packageFileNameSchema.parse(`${stem}.conda`);
const tarBz2 = packageFileNameSchema.parse(`${stem}.tar.bz2`);
const runExports = { name: 'info/run_exports.json', data: '{"weak": ["demo >=1"]}' };
const big = randomBytes(1_500_000);

describe('readPackageInfo', () => {
  it('reads both files of a .conda', async () => {
    const { index, runExports: found } = await readPackageInfo(
      bytesSource(buildConda({ info: infoTar(runExports) })),
      conda,
    );
    expect(index).toEqual(indexJson);
    expect(found).toEqual({ weak: ['demo >=1'] });
  });

  it('gives null for run_exports that are not there', async () => {
    expect((await readPackageInfo(bytesSource(buildTarBz2(indexMember)), tarBz2)).runExports).toBeNull();
  });

  it('reads 64 KiB of a large .conda whose info tarball is small', async () => {
    const source = countingSource(buildConda({ pkg: zstdCompressSync(big) }));
    expect((await readPackageInfo(source, conda)).index).toEqual(indexJson);
    expect(source.counted).toEqual({ bytes: 64 * 1024, reads: 2 });
  });

  it('reads the info tarball of a .conda with one range when it is large', async () => {
    const info = infoTar({ name: 'info/recipe/data', data: randomBytes(200_000) });
    const source = countingSource(buildConda({ pkg: zstdCompressSync(big), info }));
    expect((await readPackageInfo(source, conda)).index).toEqual(indexJson);
    expect(source.counted).toEqual({ bytes: 68 * 1024 + info.length, reads: 4 });
  });

  it('stops in a .tar.bz2 behind the first member outside info/', async () => {
    const members = [paxHeader({ mtime: '1.5' }), indexMember, paxHeader({ mtime: '1.5' }), runExports];
    const tar = buildTar(...members, { name: 'lib/a', data: big.subarray(0, 500_000) });
    const source = countingSource(bzip2(tar));
    const { index, runExports: found } = await readPackageInfo(source, tarBz2);
    expect([index, found]).toEqual([indexJson, { weak: ['demo >=1'] }]);
    // One block of 100 kB, and what the next marker took to find.
    expect(source.counted.bytes).toBe(2 * 65_536);
    expect(source.size).toBeGreaterThan(500_000);
  });

  it('finds info/ at the end of a .tar.bz2', async () => {
    const { index } = await readPackageInfo(
      bytesSource(buildTarBz2({ name: 'bin/a', data: big.subarray(0, 300_000) }, indexMember)),
      tarBz2,
    );
    expect(index).toEqual(indexJson);
  });

  it('checks the CRC and the frame of the info tarball to their ends', async () => {
    const info = infoTar({ name: 'info/z', data: randomBytes(100_000) });
    const whole = buildConda({ info });
    const at = whole.length - 5000;
    const damaged = whole.with(at, (whole[at] ?? 0) ^ 1);
    expect(await refusalOf(readPackageInfo(bytesSource(damaged), conda))).toBe('A4.crc');
    const two = buildConda({ info: Buffer.concat([info, info]) });
    expect(await refusalOf(readPackageInfo(bytesSource(two), conda))).toBe('A6.frames');
  });

  it.each([
    ['is not there', { name: 'info/other' }, 'A5.index'],
    ['is a link', { name: 'info/index.json', type: '2', linkName: 'other' }, 'A5.index'],
    ['is not JSON', { name: 'info/index.json', data: '{' }, 'B7.json'],
    ['is not UTF-8', { name: 'info/index.json', data: Buffer.from([0x22, 0xff, 0x22]) }, 'B7.utf8'],
    [
      'starts with a byte order mark',
      { name: 'info/index.json', data: `\ufeff${JSON.stringify(indexJson)}` },
      'B7.json',
    ],
    ['lacks a name', { name: 'info/index.json', data: '{"version": "1", "build": "0", "build_number": 0}' }, 'B7.json'],
    [
      'has a build number that is none',
      { name: 'info/index.json', data: JSON.stringify({ ...indexJson, build_number: 'x' }) },
      'B7.json',
    ],
  ])('refuses an index.json that %s', async (_, member, code) => {
    expect(await refusalOf(readPackageInfo(bytesSource(buildTarBz2(member)), tarBz2))).toBe(code);
  });

  it('reads a depends that is one string, as conda-verify has it, and says so', async () => {
    const data = JSON.stringify({ ...indexJson, depends: 'python 3.6*', constrains: null, license: null });
    const read = await readPackageInfo(bytesSource(buildTarBz2({ name: 'info/index.json', data })), tarBz2);
    expect(read.index.depends).toEqual(['python 3.6*']);
    expect(read.index['license']).toBeNull();
    expect(read.findings.map(({ code }) => code)).toEqual(['index.depends']);
  });

  it('passes on what its source throws', async () => {
    const whole = buildConda({ pkg: pkgTar(), info: infoTar({ name: 'info/z', data: randomBytes(100_000) }) });
    const source = bytesSource(whole);
    const read = async (start: number, end: number) => {
      if (end - start > 70_000) throw new Error('connection reset');
      return source.read(start, end);
    };
    await expect(readPackageInfo({ size: whole.length, read }, conda)).rejects.toThrow('connection reset');
  });
});
