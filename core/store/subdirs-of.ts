import { type IndexFile, mainIndexFiles, optionalIndexFiles } from '../layout/index-files.ts';
import { type ChannelName, controlPrefix, type ObjectKey, statePrefix } from '../layout/keys.ts';
import { type Subdir, subdirSchema } from '../names/subdir.ts';
import { type ChannelStore, channelPlace } from './list-packages.ts';

/** What in the store tells of a subdir; each asker believes another part of it. */
export type SubdirEvidence = 'packages' | 'packages or index files' | 'state' | 'control or state';

/**
 * The subdirs of a channel that its store tells of, in order of name.
 *
 * @param always subdirs that are there whatever the store says, such as those configured
 */
export async function subdirsOf(
  { store, channel }: ChannelStore,
  evidence: SubdirEvidence,
  always: readonly Subdir[] = [],
): Promise<Subdir[]> {
  const found = new Set(always);
  for (const { prefix, subdirAt } of places[evidence](channel)) {
    for await (const { key } of store.list(prefix)) {
      const subdir = subdirAt(key);
      if (subdir !== null) found.add(subdir);
    }
  }
  return [...found].sort();
}

interface Place {
  readonly prefix: string;
  subdirAt(key: ObjectKey): Subdir | null;
}

const places: Readonly<Record<SubdirEvidence, (channel: ChannelName) => readonly Place[]>> = {
  packages: (channel) => [served(channel, false)],
  'packages or index files': (channel) => [served(channel, true)],
  state: (channel) => [kept(statePrefix(channel))],
  'control or state': (channel) => [kept(controlPrefix(channel)), kept(statePrefix(channel))],
};

const indexFiles: ReadonlySet<string> = new Set<IndexFile>([...mainIndexFiles, ...optionalIndexFiles]);

function served(channel: ChannelName, byIndexFiles: boolean): Place {
  const prefix = `${channel}/`;
  const subdirAt = (key: ObjectKey) => {
    const place = channelPlace(key);
    if (place === null) return null;
    return place.filename !== null || (byIndexFiles && indexFiles.has(place.name)) ? place.subdir : null;
  };
  return { prefix, subdirAt };
}

/** `<subdir>.json`, and what lies in a folder of the subdir beside it. */
function kept(prefix: string): Place {
  const subdirAt = (key: ObjectKey) =>
    subdirSchema.safeParse(key.slice(prefix.length).replace(/(\.json|\/.*)$/, '')).data ?? null;
  return { prefix, subdirAt };
}
