import { applyHotfix, hotfixIn, type Patches } from '../forms/hotfix/hotfix.ts';
import type { UpstreamRecord } from '../upstream/accept-records.ts';
import type { OpenSubdir } from './remember-upstream.ts';

/**
 * Upstream as the organisation's own hotfixes would leave it in our channel: what a solution needs must be known of the
 * records that clients will see.
 */
export function patchUpstream(open: OpenSubdir, patches: Patches): OpenSubdir {
  return async (channel, subdir) => {
    const opened = await open(channel, subdir);
    if (opened === null || !patches.has(subdir)) return opened;
    return {
      url: opened.url,
      names: () => opened.names(),
      async records(name) {
        const { records, problems } = await opened.records(name);
        return { records: records.flatMap((one) => patched(one, patches)), problems };
      },
    };
  };
}

function patched(one: UpstreamRecord, patches: Patches): UpstreamRecord[] {
  const hotfix = hotfixIn(patches, one.subdir, one.filename);
  if (hotfix === null) return [one];
  const record = applyHotfix(one.record, hotfix);
  return record === null ? [] : [{ ...one, record, unpatched: one.record }];
}
