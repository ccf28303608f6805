import { usedBy } from '../../documents/published/used-name.ts';
import { usedPackageNameKey } from '../../layout/keys.ts';
import { type PackageFileName, packageFileParts } from '../../names/package-file-name.ts';
import type { Subdir } from '../../names/subdir.ts';
import type { Store } from '../../ports/store.ts';
import type { Problem } from '../../problems/problem.ts';
import { otherFormat } from '../../record/other-format.ts';
import type { OfferedPackage, OwnChannel } from './own-channel.ts';
import type { PackagesOfWheel } from './packages-of-wheel.ts';

/**
 * The packages that are offered of which the same build is there, or offered too, in the other format: clients would take
 * the one for the other, and with a lock of the first get other bytes (docs/decisions.md 11).
 */
export async function secondFormats(
  offered: readonly OfferedPackage[],
  own: OwnChannel,
  store: Store,
): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const { subdir, filename } of offered) {
    const other = otherFormat(filename);
    const isOffered = offered.some((one) => one.subdir === subdir && one.filename === other);
    if (!isOffered && !(await isThere(subdir, other, own, store))) continue;
    const detail = `${subdir}/${other} is ${isOffered ? 'offered too' : 'there'}, and both would be one package`;
    problems.push({
      code: 'publish.other-format',
      subject: filename,
      detail,
      hint: 'publish one of them, or raise its build number',
    });
  }
  return problems;
}

/** What becomes of a wheel, in the format in which it is there already: `packageFormat` may have changed since. */
export async function inFormatOf(packaged: PackagesOfWheel, own: OwnChannel, store: Store): Promise<PackagesOfWheel> {
  if ('problem' in packaged) return packaged;
  const packages = packaged.packages.map(async (one) => {
    const other = otherFormat(one.filename);
    return (await isThere(one.subdir, other, own, store)) ? { ...one, filename: other } : one;
  });
  return { ...packaged, packages: await Promise.all(packages) };
}

/** Whether a package is listed, or its name was used: one that was yanked still is. */
async function isThere(subdir: Subdir, filename: PackageFileName, own: OwnChannel, store: Store): Promise<boolean> {
  const isListed = own.listed(subdir, packageFileParts(filename).name).some((one) => one.filename === filename);
  return isListed || (await usedBy(store, usedPackageNameKey(subdir, filename))) !== null;
}
