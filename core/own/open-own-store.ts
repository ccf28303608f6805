import { indexersOwn } from '../diff/change.ts';
import type { Allowlist } from '../documents/allowlist/parse-allowlist.ts';
import { type Control, readControl } from '../documents/control.ts';
import { type Provenance, soundProvenance } from '../documents/provenance.ts';
import { isOwnOrigin } from '../documents/published/published.ts';
import { thisStore } from '../documents/published/this-store.ts';
import { readIndex } from '../index/read-index.ts';
import { packageKey } from '../layout/keys.ts';
import type { Sha256 } from '../names/digest.ts';
import type { PackageFileName } from '../names/package-file-name.ts';
import type { Subdir } from '../names/subdir.ts';
import type { RepodataRecord } from '../record/record.ts';
import type { OwnStore } from '../resolve/own-store.ts';
import { isOwnPackage } from '../solve/own-names.ts';
import type { ChannelStore } from '../store/list-packages.ts';
import type { UpstreamRecord } from '../upstream/accept-records.ts';
import { makeOnce } from '../upstream/make-once.ts';
import type { UpstreamSubdir } from '../upstream/upstream-subdir.ts';
import { ownFiles } from './own-files.ts';

type OwnedBy = Pick<Allowlist, 'channels' | 'condaNames' | 'entries' | 'reserved'>;

/** A package of the store, and what it is. */
interface StoredRecord extends UpstreamRecord {
  /** Published or copied in, and not of a channel or index. */
  readonly isOwn: boolean;
  /** The wheel that it was made of. */
  readonly wheel: Sha256 | null;
}

/** Reads each index and page once for as long as the result lives. */
export function openOwnStore(allowlist: OwnedBy, world: ChannelStore): OwnStore {
  const subdirs = new Map<string, Promise<StoredRecord[]>>();
  const isLookedAt = nameFilter(allowlist);
  const ofChannel = ({ isOwn, record }: StoredRecord) => isOwn && isOwnPackage(record.name, allowlist);
  return {
    async packages(subdir, wheel) {
      const stored = await makeOnce(subdirs, subdir, () => readSubdir(subdir, isLookedAt, world));
      return asSubdir(stored.filter((one) => (wheel === null ? ofChannel(one) : one.wheel === wheel)));
    },
    files: ownFiles(allowlist, world.store),
  };
}

/** Names whose provenance is read: the organisation's own, and those that packages of wheels which entries name get. */
function nameFilter(allowlist: OwnedBy): (name: string) => boolean {
  const { entries, condaNames } = allowlist;
  const ofWheels = new Set(
    entries.flatMap((one) => (one.kind === 'pypi' && one.wheel !== null ? [condaNames.get(one.name) ?? one.name] : [])),
  );
  return (name) => isOwnPackage(name, allowlist) || ofWheels.has(name);
}

function asSubdir(own: readonly StoredRecord[]): UpstreamSubdir {
  const byName = Map.groupBy(own, ({ record }): string => record.name);
  const names = new Set(byName.keys());
  const plain = ({ isOwn, wheel, ...record }: StoredRecord): UpstreamRecord => record;
  return {
    url: thisStore,
    names: () => names,
    records: async (name) => ({ records: (byName.get(name) ?? []).map(plain), problems: [] }),
  };
}

/** So many reads hide a bucket's latency. */
const maxConcurrentReads = 16;

async function readSubdir(
  subdir: Subdir,
  isLookedAt: (name: string) => boolean,
  world: ChannelStore,
): Promise<StoredRecord[]> {
  const index = (await readIndex(world.store, world.channel, subdir)) ?? new Map<PackageFileName, RepodataRecord>();
  const shown = [...index].filter(([, { name }]) => isLookedAt(name));
  if (shown.length === 0) return [];
  const { control } = await readControl(world.store, world.channel, subdir);
  const found: StoredRecord[] = [];
  for (let at = 0; at < shown.length; at += maxConcurrentReads) {
    const some = shown.slice(at, at + maxConcurrentReads);
    const reading = some.map(([filename, known]) => readStored({ subdir, filename, known }, control, world));
    for (const one of await Promise.all(reading)) if (one !== null) found.push(one);
  }
  return found;
}

interface ShownRecord {
  readonly subdir: Subdir;
  readonly filename: PackageFileName;
  /** As clients read it. */
  readonly known: RepodataRecord;
}

/** Null where nobody knows where a package came from: such a one is no candidate. */
async function readStored(
  { subdir, filename, known }: ShownRecord,
  control: Control,
  world: ChannelStore,
): Promise<StoredRecord | null> {
  const { store, channel } = world;
  const { sha256 } = known;
  const entered = sha256 === undefined ? null : await soundProvenance(store, { channel, subdir, filename }, sha256);
  if (entered === null) return null;
  const { record, hotfix, published } = control.packages[filename] ?? {};
  // The plan puts hotfixes over it as they are now.
  const own = hotfix === undefined ? known : { ...(record ?? entered.record), ...indexersOwn(known) };
  const place = { subdir, filename, channel: thisStore, url: packageKey(channel, subdir, filename) };
  const isOwn = isOwnOrigin(entered.origin) || published !== undefined;
  return { ...place, record: own, isOwn, wheel: sourceWheel(entered) };
}

/** The wheel that a package was made of, the organisation's own or one of an index. */
function sourceWheel({ origin }: Provenance): Sha256 | null {
  if (origin.type === 'published') return origin.wheel?.sha256 ?? null;
  return origin.type === 'made' && origin.from === 'wheel' ? origin.sha256 : null;
}
