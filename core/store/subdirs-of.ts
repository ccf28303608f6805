import { channelPlace } from '../layout/channel-place.ts';
import { controlPrefix, statePrefix } from '../layout/keys.ts';
import { type Subdir, subdirSchema } from '../names/subdir.ts';
import { channelStrays } from './channel-strays.ts';
import type { ChannelStore } from './list-packages.ts';
import { collectStrays, type StrayCollector } from './strays.ts';

/**
 * What in the store tells of a subdir; each asker believes another part of it. `anything`: packages, index files, control
 * or state, so that a subdir whose last package was removed is not forgotten with an index that still lists it.
 */
export type SubdirEvidence = 'anything' | 'state' | 'control or state';

interface Wanted {
  /** Subdirs that are there whatever the store says, such as those configured. */
  readonly always?: readonly Subdir[];
  /** Takes what in the channel is none of its files; only `anything` looks there. */
  readonly strays?: StrayCollector;
}

/** The subdirs of a channel that its store tells of, in order of name. */
export async function subdirsOf(
  place: ChannelStore,
  evidence: SubdirEvidence,
  { always = [], strays = collectStrays(channelStrays) }: Wanted = {},
): Promise<Subdir[]> {
  const found = new Set(always);
  if (evidence === 'anything') for await (const subdir of servedSubdirs(place, strays)) found.add(subdir);
  if (evidence !== 'state') for await (const subdir of keptSubdirs(place, controlPrefix)) found.add(subdir);
  for await (const subdir of keptSubdirs(place, statePrefix)) found.add(subdir);
  return [...found].sort();
}

/** Those that clients see something of. */
async function* servedSubdirs({ store, channel }: ChannelStore, strays: StrayCollector): AsyncGenerator<Subdir> {
  for await (const { key } of store.list(`${channel}/`, strays.passedOver)) {
    strays.object(key);
    const place = channelPlace(key);
    if (place.kind === 'package' || place.kind === 'index file') yield place.subdir;
  }
}

/** Those of which something is kept: `<subdir>.json`, and what lies in a folder of the subdir beside it. */
async function* keptSubdirs({ store, channel }: ChannelStore, prefixOf: typeof statePrefix): AsyncGenerator<Subdir> {
  const prefix = prefixOf(channel);
  for await (const { key } of store.list(prefix)) {
    const subdir = subdirSchema.safeParse(key.slice(prefix.length).replace(/(\.json|\/.*)$/, '')).data;
    if (subdir !== undefined) yield subdir;
  }
}
