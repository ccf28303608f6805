import type { Digests } from '../digest.ts';
import type { RepodataRecord } from '../record/record.ts';
import type { Subdir } from '../subdir.ts';

/**
 * A record as our index writes it: upstream's patched record, with what only the bytes can say put in from the bytes.
 * conda cannot install a record without `size`, and checks the hashes it finds (clients.md 4.6).
 */
export function indexedRecord(record: RepodataRecord, subdir: Subdir, { sha256, md5, size }: Digests): RepodataRecord {
  return { ...record, subdir, sha256, md5, size };
}
