import { collectFindings, type Finding } from '../archive/finding.ts';
import { defaultLimits, type ReadLimits } from '../archive/limits.ts';
import type { PackageFileName } from '../names/package-file-name.ts';
import type { ByteSource } from '../ports/byte-source.ts';
import { collectInfo, type PackageInfo } from './package-info.ts';
import { walkPackage } from './walk-package.ts';

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
