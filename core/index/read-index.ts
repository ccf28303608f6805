import { z } from 'zod';
import { type ChannelName, indexKey } from '../layout/keys.ts';
import { type PackageFileName, packageFileNameSchema } from '../names/package-file-name.ts';
import type { Subdir } from '../names/subdir.ts';
import type { Store } from '../ports/store.ts';
import { type RepodataRecord, recordSchema } from '../record/record.ts';
import { readJsonObject } from '../store/read-json-object.ts';

const records = z.record(packageFileNameSchema, recordSchema).default({});

/** Our own `repodata.json`: stricter than what upstream's reader takes, since we wrote it. */
const repodataSchema = z.object({ packages: records, 'packages.conda': records });

/**
 * The records a client would read of one subdir, by file name; null when it has no index.
 *
 * @throws GatehouseError `json.invalid` when the index is damaged
 */
export async function readIndex(
  store: Store,
  channel: ChannelName,
  subdir: Subdir,
): Promise<Map<PackageFileName, RepodataRecord> | null> {
  const key = indexKey(channel, subdir, 'repodata.json');
  const read = await readJsonObject(store, key, repodataSchema);
  if (read === null) return null;
  const all = [read.value.packages, read.value['packages.conda']].flatMap((section) => Object.entries(section));
  return new Map(all.map(([name, record]) => [packageFileNameSchema.parse(name), record]));
}
