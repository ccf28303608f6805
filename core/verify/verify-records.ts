import type { ObjectKey } from '../layout/keys.ts';
import type { PackageFileName } from '../names/package-file-name.ts';
import { differingKeys } from '../record/differing-keys.ts';
import { normaliseRecord } from '../record/normalise-record.ts';
import type { RepodataRecord } from '../record/record.ts';
import { recordFault } from '../record/record-fault.ts';
import type { Damage } from './damage.ts';

type Records = ReadonlyMap<PackageFileName, RepodataRecord>;

interface Compared {
  readonly served: Records;
  /** The records that packages, provenance and control call for. */
  readonly derived: Records;
  /** The packages that are there. */
  readonly stored: ReadonlySet<PackageFileName>;
}

/** Holds the records that clients read against those that they must, and against what every client can read. */
export function verifyRecords(
  keyOf: (filename: PackageFileName) => ObjectKey,
  { served, derived, stored }: Compared,
): Damage[] {
  const damage: Damage[] = [];
  const found = (code: Damage['code'], filename: PackageFileName, detail: string | null) => {
    if (detail !== null) damage.push({ code, key: keyOf(filename), detail });
  };
  for (const [filename, record] of served) {
    const right = derived.get(filename);
    if (!stored.has(filename)) found('verify.missing', filename, 'is in the index and not in the store');
    else if (right === undefined) found('verify.withdrawn', filename, 'is in the index and must not be');
    else found('verify.record', filename, differing(right, record));
    found('verify.record-form', filename, unreadable(record));
  }
  for (const filename of derived.keys()) {
    if (!served.has(filename)) found('verify.unindexed', filename, 'is in the store and not in the index');
  }
  return damage;
}

function differing(right: RepodataRecord, served: RepodataRecord): string | null {
  const keys = differingKeys(right, served);
  return keys.length === 0 ? null : `its record differs in ${keys.join(', ')}`;
}

/** What of a record as it is served some client cannot read; null when all clients read all of it. */
function unreadable(record: RepodataRecord): string | null {
  const normal = normaliseRecord(record);
  if (!normal.ok) return normal.detail;
  const keys = differingKeys(normal.record, record);
  if (keys.length > 0) return `is served with what not every client can read: ${keys.join(', ')}`;
  return recordFault(record)?.detail ?? null;
}
