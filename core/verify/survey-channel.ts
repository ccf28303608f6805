import { forms } from '../forms/forms.ts';
import { type ChannelName, channeldataKey, shardsFolder } from '../layout.ts';
import { channelPlace } from '../list-packages.ts';
import type { Store } from '../ports/store.ts';
import type { Subdir } from '../subdir.ts';
import type { Damage } from './damage.ts';

/**
 * Every subdir that has something of ours, and every object that is served and yet neither a package nor an index file
 * that we write: clients ask for files such as `current_repodata.json.zst` by name and believe what they get.
 */
export async function surveyChannel(
  store: Store,
  channel: ChannelName,
): Promise<{ subdirs: Set<Subdir>; strays: Damage[] }> {
  const subdirs = new Set<Subdir>();
  const strays: Damage[] = [];
  for await (const { key } of store.list(`${channel}/`)) {
    if (key === channeldataKey(channel) || isShard.test(key)) continue;
    const place = channelPlace(key);
    if (place !== null && (place.filename !== null || ours.has(place.name))) subdirs.add(place.subdir);
    else strays.push({ code: 'verify.stray', key, detail: 'is served and no file of ours: delete it' });
  }
  return { subdirs, strays };
}

const ours: ReadonlySet<string> = new Set(forms.filter(({ scope }) => scope === 'subdir').map(({ file }) => file));

/** Named by the index or not: readers of an older one may still want it. */
const isShard = new RegExp(`^[^/]+/[^/]+/${shardsFolder}/[0-9a-f]{64}\\.msgpack\\.zst$`);
