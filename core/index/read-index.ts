import { z } from 'zod';
import { parseJson } from '../json.ts';
import { type ChannelName, indexKey } from '../layout.ts';
import { type PackageFileName, packageFileNameSchema } from '../package-file-name.ts';
import type { Store } from '../ports/store.ts';
import { type RepodataRecord, recordSchema } from '../record.ts';
import type { Subdir } from '../subdir.ts';

const records = z.record(packageFileNameSchema, recordSchema).default({});

/** Our own `repodata.json`: stricter than what upstream's reader takes, since we wrote it. */
const repodataSchema = z.object({ packages: records, 'packages.conda': records });

/** The records a client would read of one subdir, by file name; none when the index was never written. */
export async function readIndex(
  store: Store,
  channel: ChannelName,
  subdir: Subdir,
): Promise<Map<PackageFileName, RepodataRecord>> {
  const key = indexKey(channel, subdir, 'repodata.json');
  const object = await store.get(key);
  if (object === null) return new Map();
  const text = Buffer.from(await object.read(0, object.size)).toString('utf8');
  const repodata = parseJson(text, repodataSchema, key);
  return new Map([...entriesOf(repodata.packages), ...entriesOf(repodata['packages.conda'])]);
}

function entriesOf(section: Readonly<Record<PackageFileName, RepodataRecord>>): [PackageFileName, RepodataRecord][] {
  return Object.entries(section).map(([name, record]) => [packageFileNameSchema.parse(name), record]);
}
