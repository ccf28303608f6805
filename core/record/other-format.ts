import { type PackageFileName, packageFileNameSchema, packageFileParts } from '../names/package-file-name.ts';

/** The name of the same build in the other format: `foo-1-0.conda` for `foo-1-0.tar.bz2`, and the other way round. */
export function otherFormat(filename: PackageFileName): PackageFileName {
  const { stem, format } = packageFileParts(filename);
  return packageFileNameSchema.parse(format === '.conda' ? `${stem}.tar.bz2` : `${stem}.conda`);
}

/** The packages that conda sees: it hides a `.tar.bz2` beside the `.conda` of its stem (conda/core/subdir_data.py). */
export function preferConda<T extends { readonly subdir: string; readonly filename: PackageFileName }>(
  placed: readonly T[],
): T[] {
  const places = placed.map(({ subdir, filename }) => ({ ...packageFileParts(filename), subdir }));
  const condas = new Set(
    places.flatMap(({ subdir, stem, format }) => (format === '.conda' ? `${subdir}/${stem}` : [])),
  );
  return placed.filter((_, place) => {
    const { subdir = '', stem = '', format } = places[place] ?? {};
    return format === '.conda' || !condas.has(`${subdir}/${stem}`);
  });
}
