import { endsStream } from '../archive/bzip2/bits.ts';
import { decodeBzip2 } from '../archive/bzip2/decode-bzip2.ts';
import { collectFindings, type Report } from '../archive/finding.ts';
import { defaultLimits, startBudget } from '../archive/limits.ts';
import { memberRules } from '../archive/members.ts';
import { walkTar } from '../archive/tar/walk-tar.ts';
import { decodeZstd } from '../archive/zstd/decode-zstd.ts';
import { type PackageFileName, packageFileParts } from '../names/package-file-name.ts';
import { type ByteSource, chunksOf } from '../ports/byte-source.ts';
import { openConda } from './open-conda.ts';
import { collectInfo, collectInfoFiles, type InfoFiles, type PackageInfo } from './package-info.ts';

export interface ReadPackageInfo extends PackageInfo {
  /** Of a `.tar.bz2` only those that come before its payload: a recipe behind it is absent. */
  readonly infoFiles: InfoFiles;
}

/**
 * Reads what the index needs from a package in a few ranged reads: of a `.conda` the ZIP directory and the info tarball;
 * of a `.tar.bz2` the first blocks, until the first member outside `info/` after `info/index.json` (of 431 real
 * packages none had `info/run_exports.json` behind that). What is not read is not checked: the gate reads all (`walkPackage`).
 *
 * @throws GatehouseError `package.refused` with the code of the rule that what was read breaks
 */
export async function readPackageInfo(source: ByteSource, fileName: PackageFileName): Promise<ReadPackageInfo> {
  const { report, list } = collectFindings();
  const info = collectInfo(fileName, defaultLimits, report);
  const files = collectInfoFiles();
  const conda = packageFileParts(fileName).format === '.conda';
  const tar = conda ? condaTar(source, fileName, report) : bzip2Tar(source, report);
  for await (const member of walkTar(tar, memberRules(defaultLimits, report))) {
    await info.offer(member);
    await files.offer(member);
    // A .conda to its end, though the files may come first: the CRC and the frame are checked there.
    if (!conda && info.hasIndex() && !member.path.startsWith('info/')) break;
  }
  return { ...info.finish(), infoFiles: files.finish(), findings: list() };
}

async function* condaTar(source: ByteSource, fileName: PackageFileName, report: Report): AsyncGenerator<Uint8Array> {
  const { info } = await openConda(source, { fileName, limits: defaultLimits, report });
  yield* decodeZstd(info.open(), startBudget(defaultLimits).meter(info.compressedSize));
}

/** A first block is 250 to 460 kB compressed: larger slices would read much that is not needed. */
const sliceBytes = 64 * 1024;

function bzip2Tar(source: ByteSource, report: Report): AsyncIterable<Uint8Array> {
  async function* slices() {
    for (let at = 0; at < source.size; at += sliceBytes) yield source.read(at, Math.min(at + sliceBytes, source.size));
  }
  return decodeBzip2(slices(), startBudget(defaultLimits).meter(source.size), report);
}

/** The end marker, the stream's CRC, and up to seven bits from where it started. */
const trailerSpanBytes = 11;

/**
 * Refuses a `.tar.bz2` that is not all there, as while somebody copies it: what the index reads of one is at its start.
 * A `.conda` is read from its end. Costs eleven bytes, and all of the package where they are no end of a stream.
 *
 * @throws GatehouseError `package.refused` with `A7.*`
 */
export async function expectEnd(source: ByteSource, fileName: PackageFileName): Promise<void> {
  if (packageFileParts(fileName).format === '.conda') return;
  if (endsStream(await source.read(Math.max(0, source.size - trailerSpanBytes), source.size))) return;
  const decoded = decodeBzip2(chunksOf(source), startBudget(defaultLimits).meter(source.size), () => {});
  for await (const _ of decoded) {
    // Zeros may follow the stream; whatever else is refused.
  }
}
