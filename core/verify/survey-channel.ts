import type { ChannelName } from '../layout.ts';
import { channelPlace } from '../list-packages.ts';
import type { Store } from '../ports/store.ts';
import type { Subdir } from '../subdir.ts';
import type { Damage } from './damage.ts';

/**
 * Every subdir that has something of ours, and every object that is served and yet neither a package nor an index file:
 * clients ask for files such as `run_exports.json` by name and believe what they get.
 */
export async function surveyChannel(
  store: Store,
  channel: ChannelName,
): Promise<{ subdirs: Set<Subdir>; strays: Damage[] }> {
  const subdirs = new Set<Subdir>();
  const strays: Damage[] = [];
  for await (const { key } of store.list(`${channel}/`)) {
    const place = channelPlace(key);
    if (place === null) strays.push({ code: 'verify.stray', key, detail: 'is served and no file of ours: delete it' });
    else subdirs.add(place.subdir);
  }
  return { subdirs, strays };
}
