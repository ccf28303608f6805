import type { Allowlist } from '../documents/allowlist/parse-allowlist.ts';
import { matchSpecMatches } from '../names/match-spec/match-record.ts';
import type { Specifier } from '../names/pep440/specifier.ts';
import type { ProjectName } from '../names/project-name.ts';
import { noarch } from '../names/subdir.ts';
import type { RepodataRecord } from '../record/record.ts';
import { specOf } from '../releases/dependency-sets.ts';
import type { UpstreamRecord } from '../upstream/accept-records.ts';
import { isSpelling } from './choose-name.ts';
import { ownSpec } from './requests.ts';
import { makeOnce, type OpenSubdir } from './upstream-subdirs.ts';
import { openView } from './upstream-view.ts';

/** The packages of an allowlist's channels, of all its platforms. Each method rejects with GatehouseError `upstream.*`. */
export interface ChannelPackages {
  records(name: string): Promise<RepodataRecord[]>;
  /** Of the packages of a name, the one that was made last: what it has in it, the next one has. */
  newest(name: string): Promise<UpstreamRecord | null>;
  /** Whether there is a version in this range on every platform; of a range that conda has no words for, any. */
  has(name: string, wanted: Specifier): Promise<boolean>;
  /** Names that are the project's once normalised: `ruamel.yaml` and `ruamel_yaml`. */
  spellings(project: ProjectName): Promise<readonly string[]>;
}

export function channelPackages({ channels, platforms }: Allowlist, openSubdir: OpenSubdir): ChannelPackages {
  const named = async (name: string): Promise<UpstreamRecord[][]> => {
    const views = await Promise.all(platforms.map((platform) => openView(channels, platform, { openSubdir })));
    const found = await Promise.all(views.map((view) => view.named(name)));
    return found.map(({ records }) => [...records]);
  };
  const allNames = async () => {
    const places = channels.flatMap((channel) => [noarch, ...platforms].map((subdir) => [channel, subdir] as const));
    const opened = await Promise.all(places.map(([channel, subdir]) => openSubdir(channel, subdir)));
    return new Set(opened.flatMap((subdir) => [...(subdir?.names() ?? [])]));
  };
  const having = new Map<string, Promise<boolean>>();
  // All names of the channels are looked at for each.
  const spelt = new Map<ProjectName, Promise<string[]>>();
  return {
    records: async (name) => (await named(name)).flat().map(({ record }) => record),
    newest: async (name) => newestOf((await named(name)).flat()),
    has(name, wanted) {
      const said = specOf(name, wanted);
      const text = said.ok ? said.text : name;
      return makeOnce(having, text, async () => {
        const spec = ownSpec(text);
        return (await named(name)).every((records) => records.some(({ record }) => matchSpecMatches(spec, record)));
      });
    },
    spellings: (project) =>
      makeOnce(spelt, project, async () => [...(await allNames())].filter((name) => isSpelling(name, project)).sort()),
  };
}

function newestOf(records: readonly UpstreamRecord[]): UpstreamRecord | null {
  const time = ({ record }: UpstreamRecord) => record.timestamp ?? 0;
  return records.toSorted((a, b) => time(b) - time(a) || (a.filename < b.filename ? 1 : -1))[0] ?? null;
}
