import { type ChannelName, channeldataKey, type ObjectKey, shardsFolder } from '../layout/keys.ts';
import { subdirOutputs } from '../outputs/outputs.ts';
import type { Store } from '../ports/store.ts';
import { channelPlace } from '../store/list-packages.ts';

/** One thing in the store that is not as it must be. */
export interface Damage {
  readonly code:
    | 'verify.bytes'
    | 'verify.unreadable'
    | 'verify.unknown'
    | 'verify.unindexed'
    | 'verify.missing'
    | 'verify.record'
    | 'verify.record-form'
    | 'verify.left-out'
    | 'verify.withdrawn'
    | 'verify.index-missing'
    | 'verify.index-form'
    | 'verify.zst'
    | 'verify.shard'
    | 'verify.provenance'
    | 'verify.control'
    | 'verify.stray';
  readonly key: ObjectKey;
  readonly detail: string;
}

export interface VerifyReport {
  /** Objects read. */
  readonly checked: number;
  readonly problems: readonly Damage[];
}

/**
 * Every object that is served and yet neither a package nor an index file that we write: clients ask for files such as
 * `current_repodata.json.zst` by name and believe what they get.
 */
export async function strayFiles(store: Store, channel: ChannelName): Promise<Damage[]> {
  const strays: Damage[] = [];
  for await (const { key } of store.list(`${channel}/`)) {
    if (key === channeldataKey(channel) || shardPattern.test(key)) continue;
    const place = channelPlace(key);
    if (place !== null && (place.filename !== null || indexFiles.has(place.name))) continue;
    strays.push({ code: 'verify.stray', key, detail: 'is served and no file of ours: delete it' });
  }
  return strays;
}

const indexFiles: ReadonlySet<string> = new Set(subdirOutputs.map(({ file }) => file));

/** A shard, named by the shard index or not: readers of an older one may still want it. */
const shardPattern = new RegExp(`^[^/]+/[^/]+/${shardsFolder}/[0-9a-f]{64}\\.msgpack\\.zst$`);
