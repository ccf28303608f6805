import type { Control } from '../documents/control.ts';
import type { PackageFileName } from '../names/package-file-name.ts';
import type { Subdir } from '../names/subdir.ts';
import { type IndexEntry, parsePart } from '../outputs/entries/index-entry.ts';
import { type RepodataRecord, recordSchema } from '../record/record.ts';
import { listPackages } from '../store/list-packages.ts';
import { type IndexPackageWorld, indexPackage } from './index-package.ts';

/** The entries that a subdir's state must have, from packages, provenance and control alone; in order of key. */
export async function deriveSubdir(subdir: Subdir, control: Control, world: IndexPackageWorld): Promise<IndexEntry[]> {
  const entries: IndexEntry[] = [];
  for await (const listed of listPackages(world.store, world.channel, subdir)) {
    const entry = await indexPackage(listed, control.packages[listed.filename] ?? {}, world);
    if (entry !== null) entries.push(entry);
  }
  return entries;
}

/** The records that entries bring into the index, by file name. */
export function listedRecords(entries: readonly IndexEntry[]): Map<PackageFileName, RepodataRecord> {
  const listed = entries.filter(({ kind }) => kind === 'listed');
  return new Map(listed.map(({ filename, record }) => [filename, parsePart(record, recordSchema, filename)]));
}
