import { canonicalJson } from '../json.ts';
import { type ChannelName, packageKey } from '../layout.ts';
import type { PackageFileName } from '../package-file-name.ts';
import type { RepodataRecord } from '../record/record.ts';
import type { Subdir } from '../subdir.ts';
import type { Damage } from './damage.ts';

type Records = ReadonlyMap<PackageFileName, RepodataRecord>;

/** Holds the records that clients read against those that packages, provenance and control call for. */
export function verifyRecords(
  { channel, subdir }: { readonly channel: ChannelName; readonly subdir: Subdir },
  { served, derived, stored }: { served: Records; derived: Records; stored: ReadonlySet<PackageFileName> },
): Damage[] {
  const damage: Damage[] = [];
  const found = (code: Damage['code'], filename: PackageFileName, detail: string) =>
    damage.push({ code, key: packageKey(channel, subdir, filename), detail });
  for (const [filename, record] of served) {
    const right = derived.get(filename);
    if (!stored.has(filename)) found('verify.missing', filename, 'is in the index and not in the store');
    else if (right === undefined) found('verify.withdrawn', filename, 'is in the index and must not be');
    else if (canonicalJson(right) !== canonicalJson(record)) found('verify.record', filename, differing(right, record));
  }
  for (const filename of derived.keys()) {
    if (!served.has(filename)) found('verify.unindexed', filename, 'is in the store and not in the index');
  }
  return damage;
}

function differing(right: RepodataRecord, served: RepodataRecord): string {
  const keys = [...new Set([...Object.keys(right), ...Object.keys(served)])].sort();
  const wrong = keys.filter((key) => canonicalJson([right[key]]) !== canonicalJson([served[key]]));
  return `its record differs in ${wrong.join(', ')}`;
}
