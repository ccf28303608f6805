import { decodeBzip2 } from '../archive/bzip2/decode-bzip2.ts';
import { collectFindings, type Finding, refuse, shown } from '../archive/finding.ts';
import { type DecodeBudget, defaultLimits, type ReadLimits, startBudget } from '../archive/limits.ts';
import { type MemberFacts, type MemberRules, memberRules } from '../archive/members.ts';
import { walkTar } from '../archive/tar/walk-tar.ts';
import type { ZipMember } from '../archive/zip/open-zip.ts';
import { decodeZstd } from '../archive/zstd/decode-zstd.ts';
import { type PackageFileName, packageFileParts } from '../names/package-file-name.ts';
import { type ByteSource, chunksOf } from '../ports/byte-source.ts';
import { openConda } from './open-conda.ts';
import { collectInfo, type InfoCollector, type PackageInfo } from './package-info.ts';

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
  const walk = { source, fileName, limits, rules, budget, info };
  await (packageFileParts(fileName).format === '.conda' ? walkConda(walk) : walkBzip2(walk));
  const found = info.finish();
  const findings = list();
  return { info: { ...found, findings }, members: rules.count(), bytes: budget.spent(), findings };
}

interface Walk {
  readonly source: ByteSource;
  readonly fileName: PackageFileName;
  readonly limits: ReadLimits;
  readonly rules: MemberRules;
  readonly budget: DecodeBudget;
  readonly info: InfoCollector;
}

async function walkConda({ source, fileName, limits, rules, budget, info }: Walk): Promise<void> {
  const tarballs = await openConda(source, { fileName, limits, report: rules.report });
  const members = (tarball: ZipMember, check: (member: MemberFacts) => void) =>
    walkTar(decodeZstd(tarball.open(), budget.meter(tarball.compressedSize)), checkedFirst(rules, check));
  for await (const member of members(tarballs.info, checkInfoMember)) await info.offer(member);
  for await (const _ of members(tarballs.pkg, checkPkgMember));
}

/** The tarball's own rule comes first: a smuggled `info/index.json` is also a duplicate, but that says less. */
function checkedFirst(rules: MemberRules, check: (member: MemberFacts) => void): MemberRules {
  return {
    ...rules,
    add(member) {
      check(member);
      rules.add(member);
    },
  };
}

function checkInfoMember(member: MemberFacts): void {
  if (!belongsToInfo(member)) refuse('A14.info', `${shown(member.path)} in the info tarball`);
}

function checkPkgMember(member: MemberFacts): void {
  if (belongsToInfo(member) && !isLicence(member)) refuse('A14.pkg', `${shown(member.path)} in the pkg tarball`);
}

async function walkBzip2({ source, rules, budget, info }: Walk): Promise<void> {
  const decoded = decodeBzip2(chunksOf(source), budget.meter(source.size), rules.report);
  for await (const member of walkTar(decoded, rules)) await info.offer(member);
}

/** Compared without case: on some file systems `INFO/` is `info/`. */
function belongsToInfo({ path }: MemberFacts): boolean {
  return path.toLowerCase().split('/', 1)[0] === 'info';
}

/** 130 of 325 real `.conda` keep `info/licenses/` in the pkg tarball, against CEP 35. */
function isLicence({ path, type }: MemberFacts): boolean {
  if (path.startsWith('info/licenses/')) return true;
  return type === 'directory' && (path === 'info' || path === 'info/licenses');
}
