import { type PackageFileName, packageFileParts } from '../package-file-name.ts';
import { artifactId } from '../plan.ts';

/** conda hides a `.tar.bz2` whose `.conda` twin exists (conda/core/subdir_data.py), and so do we. */
export function preferConda<T extends { readonly subdir: string; readonly filename: PackageFileName }>(
  placed: readonly T[],
): T[] {
  const ids = new Set(placed.map(artifactId));
  return placed.filter(({ subdir, filename }) => {
    const { stem, format } = packageFileParts(filename);
    return format === '.conda' || !ids.has(`${subdir}/${stem}.conda`);
  });
}
