import type { Allowlist } from '../documents/allowlist/parse-allowlist.ts';
import { artifactId } from '../documents/plan.ts';
import { type PackageFileName, packageFileParts } from '../names/package-file-name.ts';
import { noarch, type Subdir } from '../names/subdir.ts';
import { GatehouseError } from '../problems/error.ts';
import type { Problem } from '../problems/problem.ts';
import { shownUrl } from '../problems/shown-url.ts';
import type { UpstreamRecord } from '../upstream/accept-records.ts';
import type { UpstreamSubdir } from '../upstream/upstream-subdir.ts';
import { usableRecords } from './candidate-pool.ts';
import type { OpenSubdir } from './upstream-subdirs.ts';

/** What one platform's solver may see of the upstream channels: by strict channel priority, the first channel that has a name serves it. */
export interface UpstreamView {
  readonly platform: Subdir;
  /** The usable records of a name, and what was left out and why. `only` takes them from that channel alone. */
  named(name: string, only?: string): Promise<NamedRecords>;
  /** The usable records of a name in every channel that has it: also what the priority hides. */
  offered(name: string): Promise<readonly UpstreamRecord[]>;
}

export interface NamedRecords {
  readonly records: readonly UpstreamRecord[];
  readonly problems: readonly Problem[];
}

export interface ViewWorld {
  /** Remembers what it opened (`rememberUpstream`). */
  readonly openSubdir: OpenSubdir;
}

/**
 * Opens every channel for a platform.
 *
 * @throws GatehouseError `upstream.*`, `upstream.missing` for a channel that is not there: without any one of them no
 *   priority is known, and a lower channel's package would be taken for that of a channel whose URL has a slip
 */
export async function openView(
  channels: readonly string[],
  platform: Subdir,
  { openSubdir: open }: ViewWorld,
): Promise<UpstreamView> {
  const subdirsOf = new Map<string, UpstreamSubdir[]>();
  for (const channel of channels) subdirsOf.set(channel, await openBoth(channel, platform, open));
  const serving = (name: string) =>
    [...subdirsOf.values()].filter((subdirs) => subdirs.some((subdir) => subdir.names().has(name)));
  return {
    platform,
    async named(name, only) {
      const subdirs = only === undefined ? serving(name)[0] : await openBoth(only, platform, open);
      return subdirs === undefined ? { records: [], problems: [] } : recordsOf(subdirs, name);
    },
    async offered(name) {
      const found = await Promise.all(serving(name).map((subdirs) => recordsOf(subdirs, name)));
      return found.flatMap(({ records }) => records);
    },
  };
}

/** noarch first: every platform shares it, so a server that does not answer is waited for once and not once each. */
async function openBoth(channel: string, platform: Subdir, open: OpenSubdir): Promise<UpstreamSubdir[]> {
  const everywhere = await open(channel, noarch);
  const here = await open(channel, platform);
  const both = [here, everywhere].filter((subdir) => subdir !== null);
  if (both.length === 0) throw missing(channel, platform);
  return both;
}

const missing = (channel: string, platform: Subdir): GatehouseError =>
  new GatehouseError('upstream.missing', `${shownUrl(channel)} is no channel: it has neither noarch nor ${platform}`, {
    hint: 'Is its URL right? A channel that is empty must at least have a noarch/repodata.json.',
  });

async function recordsOf(subdirs: readonly UpstreamSubdir[], name: string): Promise<NamedRecords> {
  const found = await Promise.all(subdirs.map((subdir) => subdir.records(name)));
  const { usable, faults } = usableRecords(found.flatMap((part) => part.records));
  const left = faults.map(({ placed, fault }) => ({ ...fault, subject: `${placed.channel}/${artifactId(placed)}` }));
  return { records: usable, problems: [...found.flatMap((part) => part.problems), ...left] };
}

/** Upstream's record of one file as it is now; null when there is none that could be used. */
export type UpstreamNow = (subdir: Subdir, filename: PackageFileName) => Promise<UpstreamRecord | null>;

/**
 * Looks a file up in the channels, the first that has its name deciding. What cannot be read, or looked for in a channel
 * that is not there, counts as unchanged: the plan has its own problem for a channel that fails.
 *
 * @param platforms those of the allowlist
 */
export function upstreamNow(
  { channels, platforms }: Pick<Allowlist, 'channels' | 'platforms'>,
  { openSubdir: open }: ViewWorld,
): UpstreamNow {
  const isThere = async (channel: string) => {
    for (const subdir of [noarch, ...platforms]) if ((await open(channel, subdir)) !== null) return true;
    return false;
  };
  const firstRecords = async (subdir: Subdir, name: string) => {
    for (const channel of channels) {
      const folder = await open(channel, subdir);
      if (folder?.names().has(name)) return (await folder.records(name)).records;
      if (folder === null && !(await isThere(channel))) return [];
    }
    return [];
  };
  return async (subdir, filename) => {
    try {
      const records = await firstRecords(subdir, packageFileParts(filename).name);
      const same = records.filter((record) => record.filename === filename);
      return usableRecords(same).usable[0] ?? null;
    } catch (error) {
      if (!(error instanceof GatehouseError)) throw error;
      return null;
    }
  };
}
