import { compareCodePoints } from '../../core/json.ts';
import type { PackageFile } from './build-package.ts';
import type { PackageIndex } from './package-index.ts';

/** One subdir's `repodata.json` (CEP 36). Records by file name. */
export interface RepodataDocument {
  readonly info: { readonly subdir: string; readonly base_url?: string };
  readonly packages: Readonly<Record<string, PackageIndex>>;
  readonly 'packages.conda': Readonly<Record<string, PackageIndex>>;
  readonly removed: readonly string[];
  /** 2 when `info.base_url` is set (CEP 15). */
  readonly repodata_version: 1 | 2;
}

/** A record and the file name it stands under. */
export type NamedRecord = readonly [filename: string, record: PackageIndex];

/** The keys of `info/index.json` that no record carries: conda-index's `filter_fields`. */
const unindexed = new Set([
  'arch',
  'has_prefix',
  'mtime',
  'platform',
  'ucs',
  'requires_features',
  'binstar',
  'target-triplet',
  'machine',
  'operatingsystem',
]);

/** A package's record as conda-index makes it: its index less ten keys, with md5, sha256 and size in bytes. */
export function recordOf({ index, digests }: Pick<PackageFile, 'index' | 'digests'>): PackageIndex {
  const kept = Object.entries(index).filter(([key]) => !unindexed.has(key));
  return { ...Object.fromEntries(kept), md5: digests.md5, sha256: digests.sha256, size: digests.size };
}

/** A subdir's document; `baseUrl` is where its packages are when that is not beside it, absolute, with a final `/`. */
export function repodataDocument(subdir: string, records: readonly NamedRecord[], baseUrl?: string): RepodataDocument {
  const sorted = records.toSorted(([a], [b]) => compareCodePoints(a, b));
  const [conda, bz2] = [true, false].map((want) => sorted.filter(([name]) => name.endsWith('.conda') === want));
  return {
    info: baseUrl === undefined ? { subdir } : { subdir, base_url: baseUrl },
    packages: Object.fromEntries(bz2 ?? []),
    'packages.conda': Object.fromEntries(conda ?? []),
    removed: [],
    repodata_version: baseUrl === undefined ? 1 : 2,
  };
}
