import { noarch, type Subdir, subdirSchema } from '../../names/subdir.ts';
import { GatehouseError } from '../../problems/error.ts';
import type { Problem } from '../../problems/problem.ts';
import type { UpstreamRecord } from '../../upstream/accept-records.ts';
import { makeOnce } from '../../upstream/make-once.ts';
import type { UpstreamSubdir } from '../../upstream/upstream-subdir.ts';
import { isOwnChannel } from '../own-names.ts';
import type { OpenSubdir } from '../upstream-subdirs.ts';
import { openView } from '../upstream-view.ts';

/** What a channel has of a name for a platform. */
export interface Offer {
  readonly channel: string;
  /** Those that a solver may be given. */
  readonly records: readonly UpstreamRecord[];
  /** Those that are left out, and why. */
  readonly left: readonly Problem[];
}

/** `only`: the channel that an entry takes a name from, which may be none of the allowlist's. */
export interface Offers {
  /** Every name that some channel has for a platform, in order. */
  names(platform: Subdir, only?: string): Promise<readonly string[]>;
  /** What each channel that has a name has of it for a platform, in the order in which they count. */
  of(name: string, platform: Subdir, only?: string): Promise<readonly Offer[]>;
  /** Those of the allowlist's platforms that a name is there for. */
  platformsOf(name: string, only?: string): Promise<readonly Subdir[]>;
  /** Those of others, which most channels have, where that costs little. The first that cannot be read ends it. */
  otherPlatformsOf(name: string, only?: string): Promise<readonly Subdir[]>;
}

/** Most channels have these. They are looked at only for a name that no platform of the allowlist has. */
const commonPlatforms = ['linux-64', 'linux-aarch64', 'osx-64', 'osx-arm64', 'win-64'].map((name) =>
  subdirSchema.parse(name),
);

/** A channel without shards that has more of them is read whole, 30 MB and more for each platform: nobody does for a message. */
const maxFlatNames = 10_000;

/**
 * What channels offer of names that no solution was found for. It only tells more: what cannot be read is taken for nothing.
 *
 * @param channels in the order in which they count
 * @param platforms those of the allowlist
 * @param openSubdir remembers what it opened; with what the gate holds
 */
export function openOffers(
  channels: readonly string[],
  { platforms, openSubdir }: { readonly platforms: readonly Subdir[]; readonly openSubdir: OpenSubdir },
): Offers {
  const opened = async (channel: string, platform: Subdir): Promise<UpstreamSubdir[]> => {
    const both = await Promise.all([noarch, platform].map((subdir) => orNull(openSubdir(channel, subdir))));
    return both.filter((subdir) => subdir !== null);
  };
  const known = new Map<string, Promise<readonly string[]>>();
  const among = (only: string | undefined) => [...new Set([...channels, ...(only === undefined ? [] : [only])])];
  const hasName = async (channel: string, platform: Subdir, name: string) =>
    (await opened(channel, platform)).some((subdir) => subdir.names().has(name));
  const upstreamOf = (only: string | undefined) => among(only).filter((channel) => !isOwnChannel(channel));
  const isCheap = async (channel: string) => {
    const subdirs = (await Promise.all(platforms.map((platform) => opened(channel, platform)))).flat();
    return subdirs.every((subdir) => subdir.isSharded === true || subdir.names().size <= maxFlatNames);
  };
  return {
    names: (platform, only) =>
      makeOnce(known, `${platform} ${only}`, async () => {
        const subdirs = await Promise.all(among(only).map((channel) => opened(channel, platform)));
        return [...new Set(subdirs.flat().flatMap((subdir) => [...subdir.names()]))].sort();
      }),
    async of(name, platform, only) {
      const read = among(only).map(async (channel): Promise<Offer[]> => {
        if (!(await hasName(channel, platform, name))) return [];
        const view = await orNull(openView([channel], platform, { openSubdir }));
        const found = view && (await orNull(view.named(name)));
        return found === null ? [] : [{ channel, records: found.records, left: found.problems }];
      });
      return (await Promise.all(read)).flat();
    },
    async platformsOf(name, only) {
      const has = async (platform: Subdir) =>
        (await Promise.all(upstreamOf(only).map((channel) => hasName(channel, platform, name)))).includes(true);
      const found = await Promise.all(platforms.map(has));
      return platforms.filter((_, i) => found[i]);
    },
    async otherPlatformsOf(name, only) {
      const upstream = upstreamOf(only);
      const cheap = await Promise.all(upstream.map(isCheap));
      const asked = upstream.filter((_, i) => cheap[i]);
      const others = commonPlatforms.filter((one) => !platforms.includes(one));
      return platformsBeyond(name, others, { channels: asked, openSubdir });
    },
  };
}

/** Those of some platforms that a name is there for, until one cannot be read: the next would only cost as much again. */
async function platformsBeyond(
  name: string,
  platforms: readonly Subdir[],
  { channels, openSubdir }: { readonly channels: readonly string[]; readonly openSubdir: OpenSubdir },
): Promise<Subdir[]> {
  const there: Subdir[] = [];
  for (const platform of platforms) {
    const opened = await orNull(Promise.all(channels.map((channel) => openSubdir(channel, platform, true))));
    if (opened === null) break;
    if (opened.some((subdir) => subdir?.names().has(name))) there.push(platform);
  }
  return there;
}

const orNull = <T>(reading: Promise<T>): Promise<T | null> =>
  reading.catch((error: unknown) => {
    if (error instanceof GatehouseError) return null;
    throw error;
  });
