import { soundProvenance } from '../documents/provenance.ts';
import { readIndex } from '../index/read-index.ts';
import type { PackageFileName } from '../names/package-file-name.ts';
import { noarch, type Subdir } from '../names/subdir.ts';
import { compareVersionTexts } from '../names/version/version-texts.ts';
import type { RepodataRecord } from '../record/record.ts';
import type { ChannelStore } from '../store/list-packages.ts';
import { mapInOrder } from '../store/map-in-order.ts';

/** So many reads hide a store's latency. */
const maxConcurrentReads = 16;

interface Served {
  readonly subdir: Subdir;
  readonly filename: PackageFileName;
  readonly record: RepodataRecord;
}

/**
 * Of each name that a platform's clients see, the newest record of a package that was fetched from an upstream channel, in
 * order of name. Of a package whose provenance is damaged nothing is known.
 *
 * @param isAsked whether a name is of interest
 * @throws GatehouseError `json.invalid` for a damaged index
 */
export async function newestFromUpstream(
  platform: Subdir,
  isAsked: (name: string) => boolean,
  world: ChannelStore,
): Promise<readonly RepodataRecord[]> {
  const served: Served[] = [];
  for (const subdir of [noarch, platform]) {
    const records = (await readIndex(world.store, world.channel, subdir)) ?? [];
    served.push(...[...records].map(([filename, record]) => ({ subdir, filename, record })));
  }
  const asked = served.filter(({ record }) => isAsked(record.name));
  const byName = [...Map.groupBy(asked, ({ record }) => record.name)].sort(([a], [b]) => (a < b ? -1 : 1));
  const found: RepodataRecord[] = [];
  for await (const newest of mapInOrder(byName, maxConcurrentReads, ([, own]) => firstFromUpstream(own, world)))
    if (newest !== null) found.push(newest);
  return found;
}

async function firstFromUpstream(own: readonly Served[], { store, channel }: ChannelStore) {
  for (const { subdir, filename, record } of own.toSorted((a, b) => newestFirst(a.record, b.record))) {
    if (record.sha256 === undefined) continue;
    const place = { channel, subdir, filename };
    const entered = await soundProvenance(store, place, record.sha256);
    if (entered?.origin.type === 'upstream') return record;
  }
  return null;
}

type Versioned = Pick<RepodataRecord, 'version'>;

export const newestFirst = (a: Versioned, b: Versioned): number => compareVersionTexts(b.version, a.version);
