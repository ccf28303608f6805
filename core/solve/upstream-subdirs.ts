import { applyHotfix, hotfixIn, type Patches } from '../documents/patches/hotfix.ts';
import type { Subdir } from '../names/subdir.ts';
import type { DocumentCache } from '../ports/cache.ts';
import type { UpstreamRecord, UpstreamRecords } from '../upstream/accept-records.ts';
import { keepRecords } from '../upstream/kept/keep-records.ts';
import { makeOnce } from '../upstream/make-once.ts';
import type { UpstreamSubdir } from '../upstream/upstream-subdir.ts';

/**
 * Opens a subdir of an upstream channel; null when the channel has none such. For one that can be done without
 * (`isOptional`) a server in trouble is waited for little.
 */
export type OpenSubdir = (channel: string, subdir: Subdir, isOptional?: boolean) => Promise<UpstreamSubdir | null>;

/** Opens each subdir and reads each name once for a whole plan: every platform shares `noarch`. */
export function rememberUpstream(open: OpenSubdir): OpenSubdir {
  const opened = new Map<string, Promise<UpstreamSubdir | null>>();
  return (channel, subdir, isOptional) =>
    makeOnce(opened, `${channel}/${subdir}`, async () => {
      const upstream = await open(channel, subdir, isOptional);
      const read = new Map<string, Promise<UpstreamRecords>>();
      return upstream && withRecords(upstream, (name) => makeOnce(read, name, () => upstream.records(name)));
    });
}

export interface KeptUpstream {
  readonly openSubdir: OpenSubdir;
  /** Keeps what was read, for the next plan. */
  keep(): Promise<void>;
}

/**
 * Upstream of which each name's records are kept, as they were accepted, under the digest of what they were read from: to decode
 * an index that did not change, and to check each of its records again, takes most of a plan for which nothing is solved.
 */
export function keepUpstream(open: OpenSubdir, cache: DocumentCache): KeptUpstream {
  const kept: (() => Promise<void>)[] = [];
  return {
    async openSubdir(channel, subdir, isOptional) {
      const upstream = await open(channel, subdir, isOptional);
      if (upstream?.digest === undefined) return upstream;
      const keeping = await keepRecords(upstream, { channel, subdir }, cache);
      kept.push(keeping.keep);
      return withRecords(upstream, keeping.records);
    },
    async keep() {
      for (const keep of kept) await keep();
    },
  };
}

/**
 * Upstream as the organisation's own hotfixes would leave it in our channel: a solution is of the records that clients
 * will see, not of those that upstream has.
 */
export function patchUpstream(open: OpenSubdir, patches: Patches): OpenSubdir {
  return async (channel, subdir, isOptional) => {
    const opened = await open(channel, subdir, isOptional);
    if (opened === null || !patches.has(subdir)) return opened;
    return withRecords(opened, async (name) => {
      const { records, problems } = await opened.records(name);
      return { records: patchRecords(records, patches), problems };
    });
  };
}

/** Records as the hotfixes leave them, without those that they take out. */
export function patchRecords(records: readonly UpstreamRecord[], patches: Patches): UpstreamRecord[] {
  return records.flatMap((one) => {
    const hotfix = hotfixIn(patches, one.subdir, one.filename);
    if (hotfix === null) return [one];
    const record = applyHotfix(one.record, hotfix);
    return record === null ? [] : [{ ...one, record, unpatched: one.record }];
  });
}

/** Its digests are of upstream's own records, and name no others. */
const withRecords = ({ digest: _, ...subdir }: UpstreamSubdir, records: UpstreamSubdir['records']): UpstreamSubdir => ({
  ...subdir,
  records,
});
