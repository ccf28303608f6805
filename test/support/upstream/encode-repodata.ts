import { canonicalJson } from '../../../core/json/json.ts';
import type { PackageFileName } from '../../../core/names/package-file-name.ts';
import type { Subdir } from '../../../core/names/subdir.ts';
import type { RepodataRecord } from '../../../core/record/record.ts';

/**
 * The exact bytes of `repodata.json` (CEP 36): all five keys, sorted keys, no spaces. `removed` names
 * what was withdrawn: it informs, clients go by the record's absence.
 */
export function encodeRepodata(
  subdir: Subdir,
  records: ReadonlyMap<PackageFileName, RepodataRecord>,
  removed: readonly string[],
): Uint8Array {
  const section = (format: string) =>
    Object.fromEntries([...records].filter(([filename]) => filename.endsWith(format)));
  const repodata = {
    info: { subdir },
    packages: section('.tar.bz2'),
    'packages.conda': section('.conda'),
    removed: [...removed].sort(),
    repodata_version: 1,
  };
  return Buffer.from(canonicalJson(repodata), 'utf8');
}
