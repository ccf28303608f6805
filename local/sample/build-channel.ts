import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildPackage, type PackageFile, type PackageSpec } from './build-package.ts';
import type { PackageIndex } from './package-metadata.ts';
import { type NamedRecord, type RepodataForm, recordOf, repodataDocument, writeRepodata } from './write-repodata.ts';

export interface ChannelOptions {
  /** Hotfixes: keys laid over the records of these file names, in every subdir that has one. */
  readonly patches?: Readonly<Record<string, PackageIndex>>;
  /** Which files say what the channel holds; all three forms when absent. */
  readonly forms?: readonly RepodataForm[];
  /** Absolute, without a final `/`: `info.base_url` becomes `<baseUrl>/<subdir>/` (CEP 15). The packages stay here. */
  readonly baseUrl?: string;
  /** Subdirs to write even if no package is in them; `noarch` always is. */
  readonly subdirs?: readonly string[];
}

export type ChannelPackage = PackageSpec | PackageFile;

/**
 * Writes a channel's folder: packages (those that come as a spec or with bytes; others are taken to be there) and, per
 * subdir, its index with the hotfixes laid over. The same arguments give the same bytes.
 *
 * @throws TypeError when a patch names no package of the channel
 */
export async function buildChannel(
  folder: string,
  packages: Iterable<ChannelPackage> | AsyncIterable<ChannelPackage>,
  options: ChannelOptions = {},
): Promise<void> {
  const { patches = {}, forms, baseUrl, subdirs = [] } = options;
  const unused = new Set(Object.keys(patches));
  const records = new Map<string, NamedRecord[]>(['noarch', ...subdirs].map((subdir) => [subdir, []]));
  for await (const item of packages) {
    const built: PackageFile = 'index' in item ? item : await buildPackage(item);
    if (built.bytes) {
      await mkdir(join(folder, built.subdir), { recursive: true });
      await writeFile(join(folder, built.subdir, built.filename), built.bytes);
    }
    const patched = { ...recordOf(built), ...patches[built.filename] };
    unused.delete(built.filename);
    const named = records.get(built.subdir) ?? [];
    named.push([built.filename, patched]);
    records.set(built.subdir, named);
  }
  if (unused.size > 0) throw new TypeError(`patches for packages that are not in the channel: ${[...unused]}`);
  for (const [subdir, named] of records) {
    const base = baseUrl === undefined ? undefined : `${baseUrl}/${subdir}/`;
    await writeRepodata(folder, repodataDocument(subdir, named, base), forms);
  }
}
