import type { Allowlist } from '../../documents/allowlist/parse-allowlist.ts';
import type { Channels } from '../../made/channel-packages.ts';
import { noarch } from '../../names/subdir.ts';
import { seenChannels } from '../own-names.ts';
import type { OpenSubdir } from '../upstream-subdirs.ts';
import { openView } from '../upstream-view.ts';

/** The channels of an allowlist on all its platforms, so that what is made comes out the same wherever the work is cut. */
export function upstreamChannels(allowlist: Allowlist, openSubdir: OpenSubdir): Channels {
  const { platforms } = allowlist;
  const channels = seenChannels(allowlist);
  const readNames = async () => {
    const places = channels.flatMap((channel) => [noarch, ...platforms].map((subdir) => [channel, subdir] as const));
    const opened = await Promise.all(places.map(([channel, subdir]) => openSubdir(channel, subdir)));
    return new Set(opened.flatMap((subdir) => [...(subdir?.names() ?? [])]));
  };
  let names: ReturnType<typeof readNames> | undefined;
  return {
    names: () => (names ??= readNames()),
    async named(name) {
      const views = await Promise.all(platforms.map((platform) => openView(channels, platform, { openSubdir })));
      const found = await Promise.all(views.map((view) => view.named(name)));
      return found.map(({ records }) => records);
    },
  };
}
