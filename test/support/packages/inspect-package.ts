import { collectFindings, type Finding } from '../../../core/archive/finding.ts';
import { defaultLimits, type ReadLimits } from '../../../core/archive/limits.ts';
import type { PackageFileName } from '../../../core/names/package-file-name.ts';
import { collectInfo, type PackageInfo } from '../../../core/package/package-info.ts';
import { walkPackage } from '../../../core/package/walk-package.ts';
import type { ByteSource } from '../../../core/ports/byte-source.ts';

export interface Inspection {
  readonly info: PackageInfo;
  /** How many members, both tarballs of a `.conda` together. */
  readonly members: number;
  /** Bytes of all files. */
  readonly bytes: number;
  readonly findings: readonly Finding[];
}

/**
 * Reads a whole package strictly, for what it says of itself. Memory is bounded as by {@link walkPackage}.
 *
 * @throws GatehouseError `package.refused` whose message starts with the code of the rule it breaks
 */
export async function inspectPackage(
  source: ByteSource,
  fileName: PackageFileName,
  limits: ReadLimits = defaultLimits,
): Promise<Inspection> {
  const { report, list } = collectFindings();
  const info = collectInfo(fileName, limits, report);
  let [members, bytes] = [0, 0];
  for await (const member of walkPackage(source, { fileName, limits, report })) {
    await info.offer(member);
    members++;
    bytes += member.size;
  }
  const found = info.finish();
  const findings = list();
  return { info: { ...found, findings }, members, bytes, findings };
}
