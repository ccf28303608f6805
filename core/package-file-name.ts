import { z } from 'zod';
import { type PackageName, packageNameSchema } from './package-name.ts';

/** `name-version-build` plus `.conda` or `.tar.bz2`, checked against CEP 26. */
export const packageFileNameSchema = z
  .string()
  .refine((text) => partsOf(text) !== null, 'is not a conda package file name')
  .brand<'PackageFileName'>();
export type PackageFileName = z.infer<typeof packageFileNameSchema>;

export type PackageFormat = '.conda' | '.tar.bz2';

export interface PackageFileParts {
  readonly stem: string;
  readonly name: PackageName;
  readonly version: string;
  readonly build: string;
  readonly format: PackageFormat;
}

const longest = 211;
const longestPart = 64;
const version = /^[A-Za-z0-9_.!+]+$/;
const build = /^[A-Za-z0-9_.+]+$/;

function partsOf(text: string): PackageFileParts | null {
  const format = text.endsWith('.conda') ? '.conda' : text.endsWith('.tar.bz2') ? '.tar.bz2' : null;
  if (format === null || text.length > longest) return null;
  const stem = text.slice(0, -format.length);
  const dashes = [stem.lastIndexOf('-', stem.lastIndexOf('-') - 1), stem.lastIndexOf('-')];
  const [first = -1, second = -1] = dashes;
  if (first < 1) return null;
  const name = packageNameSchema.safeParse(stem.slice(0, first));
  const parts = { version: stem.slice(first + 1, second), build: stem.slice(second + 1) };
  const fits = version.test(parts.version) && build.test(parts.build);
  if (!name.success || !fits || Math.max(parts.version.length, parts.build.length) > longestPart) return null;
  return { stem, name: name.data, ...parts, format };
}

/** The parts a valid file name is made of. */
export function packageFileParts(fileName: PackageFileName): PackageFileParts {
  const parts = partsOf(fileName);
  if (parts === null) throw new TypeError(`not a package file name: ${fileName}`);
  return parts;
}

/** The name parsed, or null when it is not one: the edge for names that come from outside. */
export function parsePackageFileName(text: string): PackageFileName | null {
  const parsed = packageFileNameSchema.safeParse(text);
  return parsed.success ? parsed.data : null;
}
