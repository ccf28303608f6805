import type { Subdir } from '../subdir.ts';
import type { UpstreamRecords } from '../upstream/accept-records.ts';
import type { UpstreamSubdir } from '../upstream/upstream-subdir.ts';

/** Opens a subdir of an upstream channel; null when the channel has none such. */
export type OpenSubdir = (channel: string, subdir: Subdir) => Promise<UpstreamSubdir | null>;

/** Opens each subdir and reads each name once for a whole plan: every platform shares `noarch`. */
export function rememberUpstream(open: OpenSubdir): OpenSubdir {
  const opened = new Map<string, Promise<UpstreamSubdir | null>>();
  return (channel, subdir) =>
    once(opened, `${channel}/${subdir}`, async () => rememberNames(await open(channel, subdir)));
}

function rememberNames(subdir: UpstreamSubdir | null): UpstreamSubdir | null {
  if (subdir === null) return null;
  const read = new Map<string, Promise<UpstreamRecords>>();
  return {
    url: subdir.url,
    names: () => subdir.names(),
    records: (name) => once(read, name, () => subdir.records(name)),
  };
}

function once<T>(known: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const before = known.get(key);
  if (before !== undefined) return before;
  const made = make();
  known.set(key, made);
  return made;
}
