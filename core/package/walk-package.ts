import { decodeBzip2 } from '../archive/bzip2/decode-bzip2.ts';
import { type Report, refuse, shown } from '../archive/finding.ts';
import { type DecodeBudget, type ReadLimits, startBudget } from '../archive/limits.ts';
import { type MemberFacts, type MemberRules, memberRules } from '../archive/members.ts';
import { type TarMember, walkTar } from '../archive/tar/walk-tar.ts';
import { decodeZstd } from '../archive/zstd/decode-zstd.ts';
import { type PackageFileName, packageFileParts } from '../names/package-file-name.ts';
import { type ByteSource, chunksOf } from '../ports/byte-source.ts';
import { type CondaTarballs, openConda } from './open-conda.ts';

/** How a package is read, and who hears of what is odd. */
export interface PackageWalk {
  readonly fileName: PackageFileName;
  readonly limits: ReadLimits;
  readonly report: Report;
}

/**
 * Every member of a package in order, of a `.conda` those of its info tarball first, read strictly: every record, frame,
 * block, checksum and name. Memory is bounded by the limits' name bytes and one compressed block, not by the file.
 *
 * @throws GatehouseError `package.refused` whose message starts with the code of the rule it breaks (A4 to A9, A12 to
 *   A14, B7); what is odd but sound is reported
 */
export async function* walkPackage(source: ByteSource, walk: PackageWalk): AsyncGenerator<TarMember> {
  const { fileName, limits, report } = walk;
  if (source.size > limits.compressedBytes) refuse('A13.compressed', `${fileName} has ${source.size} bytes`);
  const rules = memberRules(limits, report);
  const budget = startBudget(limits);
  if (packageFileParts(fileName).format === '.conda') yield* condaMembers(source, { ...walk, rules, budget });
  else yield* walkTar(decodeBzip2(chunksOf(source), budget.meter(source.size), report), rules);
}

async function* condaMembers(
  source: ByteSource,
  { rules, budget, ...walk }: PackageWalk & { readonly rules: MemberRules; readonly budget: DecodeBudget },
): AsyncGenerator<TarMember> {
  const tarballs = await openConda(source, walk);
  for (const name of ['info', 'pkg'] as const) {
    const decoded = decodeZstd(tarballs[name].open(), budget.meter(tarballs[name].compressedSize));
    yield* walkTar(decoded, tarballRules(rules, name));
  }
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
