import { decodeBzip2 } from '../archive/bzip2/decode-bzip2.ts';
import { collectFindings, type Finding, refuse, shown } from '../archive/finding.ts';
import { defaultLimits, type ReadLimits, startBudget } from '../archive/limits.ts';
import { type MemberFacts, type MemberRules, memberRules } from '../archive/members.ts';
import { walkTar } from '../archive/tar/walk-tar.ts';
import { decodeZstd } from '../archive/zstd/decode-zstd.ts';
import { type PackageFileName, packageFileParts } from '../names/package-file-name.ts';
import { type ByteSource, chunksOf } from '../ports/byte-source.ts';
import { type CondaTarballs, openConda } from './open-conda.ts';
import { collectInfo, type PackageInfo } from './package-info.ts';

export interface Inspection {
  readonly info: PackageInfo;
  /** How many members, both tarballs of a `.conda` together. */
  readonly members: number;
  /** Bytes of the tarballs, unpacked. */
  readonly bytes: number;
  readonly findings: readonly Finding[];
}

/**
 * Reads a whole package strictly: every record, frame, block, checksum and member name. Memory is bounded by the
 * limits' name bytes and one compressed block, not by the file.
 *
 * @throws GatehouseError `package.refused` whose message starts with the code of the rule it breaks (A4 to A9, A12 to
 *   A14, B7); what is odd but sound is a finding
 */
export async function inspectPackage(
  source: ByteSource,
  fileName: PackageFileName,
  limits: ReadLimits = defaultLimits,
): Promise<Inspection> {
  if (source.size > limits.compressedBytes) refuse('A13.compressed', `${fileName} has ${source.size} bytes`);
  const { report, list } = collectFindings();
  const rules = memberRules(limits, report);
  const budget = startBudget(limits);
  const info = collectInfo(fileName, limits, report);
  if (packageFileParts(fileName).format === '.conda') {
    const tarballs = await openConda(source, { fileName, limits, report });
    const members = (name: keyof CondaTarballs) => {
      const decoded = decodeZstd(tarballs[name].open(), budget.meter(tarballs[name].compressedSize));
      return walkTar(decoded, tarballRules(rules, name));
    };
    for await (const member of members('info')) await info.offer(member);
    for await (const _ of members('pkg'));
  } else {
    const decoded = decodeBzip2(chunksOf(source), budget.meter(source.size), report);
    for await (const member of walkTar(decoded, rules)) await info.offer(member);
  }
  const found = info.finish();
  const findings = list();
  return { info: { ...found, findings }, members: rules.count(), bytes: budget.spent(), findings };
}

/** The tarball's own rule comes first: a smuggled `info/index.json` is also a duplicate, but that says less. */
function tarballRules(rules: MemberRules, tarball: keyof CondaTarballs): MemberRules {
  return {
    ...rules,
    add(member) {
      // Compared without case: on some file systems `INFO/` is `info/`.
      const inInfo = member.path.toLowerCase().split('/', 1)[0] === 'info';
      if (tarball === 'info' && !inInfo) refuse('A14.info', `${shown(member.path)} in the info tarball`);
      if (tarball === 'pkg' && inInfo && !isLicence(member))
        refuse('A14.pkg', `${shown(member.path)} in the pkg tarball`);
      rules.add(member);
    },
  };
}

/** 130 of 325 real `.conda` keep `info/licenses/` in the pkg tarball, against CEP 35. */
function isLicence({ path, type }: MemberFacts): boolean {
  if (path.startsWith('info/licenses/')) return true;
  return type === 'directory' && (path === 'info' || path === 'info/licenses');
}
