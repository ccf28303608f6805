import type { Control } from '../control.ts';
import { listPackages } from '../list-packages.ts';
import type { PackageFileName } from '../package-file-name.ts';
import type { Problem } from '../problem.ts';
import type { RepodataRecord } from '../record.ts';
import type { Subdir } from '../subdir.ts';
import { type IndexPackageWorld, indexPackage } from './index-package.ts';

export interface DerivedSubdir {
  readonly records: ReadonlyMap<PackageFileName, RepodataRecord>;
  /** Withdrawn file names whose bytes are still here. */
  readonly removed: readonly PackageFileName[];
  readonly problems: readonly Problem[];
}

/** What a subdir's index must say, from packages, provenance and control alone; never from the old index or an event. */
export async function deriveSubdir(subdir: Subdir, control: Control, world: IndexPackageWorld): Promise<DerivedSubdir> {
  const records = new Map<PackageFileName, RepodataRecord>();
  const removed: PackageFileName[] = [];
  const problems: Problem[] = [];
  for await (const listed of listPackages(world.store, world.channel, subdir)) {
    const decision = control.packages[listed.filename] ?? {};
    if (decision.withdrawn !== undefined) {
      removed.push(listed.filename);
      continue;
    }
    const indexed = await indexPackage(listed, decision, world);
    if ('record' in indexed) records.set(listed.filename, indexed.record);
    else problems.push(indexed.problem);
  }
  return { records, removed, problems };
}
