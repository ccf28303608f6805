import { z } from 'zod';
import { packageNameSchema } from './package-name.ts';

/** `name-version-build` plus `.conda` or `.tar.bz2`, checked against CEP 26. */
export const packageFileNameSchema = z
  .string()
  .refine(isPackageFileName, 'is not a conda package file name')
  .brand<'PackageFileName'>();
export type PackageFileName = z.infer<typeof packageFileNameSchema>;

export type PackageFormat = '.conda' | '.tar.bz2';

export interface PackageFileParts {
  /** `name-version-build`. */
  readonly stem: string;
  readonly name: string;
  readonly version: string;
  readonly build: string;
  readonly format: PackageFormat;
}

const maxFileNameLength = 211;
const versionPart = /^[A-Za-z0-9_.!+]{1,64}$/;
const buildPart = /^[A-Za-z0-9_.+]{1,64}$/;

function isPackageFileName(text: string): boolean {
  if (text.length > maxFileNameLength || !/\.(?:conda|tar\.bz2)$/.test(text)) return false;
  const { stem, name, version, build } = packageFileParts(text);
  if (stem !== `${name}-${version}-${build}`) return false;
  return packageNameSchema.safeParse(name).success && versionPart.test(version) && buildPart.test(build);
}

/**
 * Takes a valid file name apart. Nothing is checked: a `PackageFileName` was checked when it was parsed, and so was the
 * text that an index keeps of one. Checking it again would cost ten times this for each package of an index file.
 */
export function packageFileParts(fileName: string): PackageFileParts {
  const format = fileName.endsWith('.conda') ? '.conda' : '.tar.bz2';
  const stem = fileName.slice(0, -format.length);
  const second = stem.lastIndexOf('-');
  const first = stem.lastIndexOf('-', second - 1);
  const [name, version, build] = [stem.slice(0, first), stem.slice(first + 1, second), stem.slice(second + 1)];
  return { stem, name, version, build, format };
}

/** Parses a name that comes from outside; null when it is not a package's. */
export function parsePackageFileName(text: string): PackageFileName | null {
  return packageFileNameSchema.safeParse(text).data ?? null;
}
