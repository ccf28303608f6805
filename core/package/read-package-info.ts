import { decodeBzip2 } from '../archive/bzip2.ts';
import { startBudget } from '../archive/decode-budget.ts';
import { collectFindings, type Report } from '../archive/finding.ts';
import { memberRules } from '../archive/member-rules.ts';
import { defaultLimits } from '../archive/read-limits.ts';
import { type TarMember, walkTar } from '../archive/tar.ts';
import { decodeZstd } from '../archive/zstd-frame.ts';
import type { ByteSource } from '../byte-source.ts';
import { type PackageFileName, packageFileParts } from '../package-file-name.ts';
import { collectInfoFiles, type InfoFiles, type InfoFilesCollector } from './info-files.ts';
import { openConda } from './open-conda.ts';
import { collectInfo, type InfoCollector, type PackageInfo } from './package-info.ts';

export interface ReadPackageInfo extends PackageInfo {
  /** Of a `.tar.bz2` only those that come before its payload: a recipe behind it is absent. */
  readonly infoFiles: InfoFiles;
}

/**
 * Reads what the index needs from a package in a few ranged reads: of a `.conda` the ZIP directory and the info tarball;
 * of a `.tar.bz2` the first blocks, until the first member outside `info/` after `info/index.json` (of 431 real
 * packages none had `info/run_exports.json` behind that). What is not read is not checked: see `inspectPackage`.
 *
 * @throws GatehouseError `package.refused` with the code of the rule that what was read breaks
 */
export async function readPackageInfo(source: ByteSource, fileName: PackageFileName): Promise<ReadPackageInfo> {
  const { report, list } = collectFindings();
  const info = collectInfo(fileName, defaultLimits, report);
  const files = collectInfoFiles();
  const sink = { info, files, report };
  const conda = packageFileParts(fileName).format === '.conda';
  await (conda ? collectFromConda(source, fileName, sink) : collectFromBzip2(source, sink));
  return { ...info.finish(), infoFiles: files.finish(), findings: list() };
}

interface Sink {
  readonly info: InfoCollector;
  readonly files: InfoFilesCollector;
  readonly report: Report;
}

async function collectFromConda(source: ByteSource, fileName: PackageFileName, sink: Sink): Promise<void> {
  const { report } = sink;
  const { info: tarball } = await openConda(source, { fileName, limits: defaultLimits, report });
  const meter = startBudget(defaultLimits).meter(tarball.compressedSize);
  // To its end, though the files may come first: the CRC and the frame are checked there.
  for await (const member of walkTar(decodeZstd(tarball.open(), meter), memberRules(defaultLimits, report))) {
    await offer(member, sink);
  }
}

async function collectFromBzip2(source: ByteSource, sink: Sink): Promise<void> {
  const { info, report } = sink;
  const meter = startBudget(defaultLimits).meter(source.size);
  const decoded = decodeBzip2(smallSlices(source), meter, report);
  for await (const member of walkTar(decoded, memberRules(defaultLimits, report))) {
    await offer(member, sink);
    if (info.hasIndex() && !member.path.startsWith('info/')) return;
  }
}

async function offer(member: TarMember, { info, files }: Sink): Promise<void> {
  await info.offer(member);
  await files.offer(member);
}

const slice = 64 * 1024;

/** A first block is 250 to 460 kB compressed: larger slices would read much that is not needed. */
async function* smallSlices(source: ByteSource): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < source.size; at += slice) yield source.read(at, Math.min(at + slice, source.size));
}
