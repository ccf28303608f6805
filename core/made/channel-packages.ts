import { matchSpecMatches } from '../names/match-spec/match-record.ts';
import type { Specifier } from '../names/pep440/specifier.ts';
import type { ProjectName } from '../names/project-name.ts';
import { dependencySpec } from '../record/dependency-spec.ts';
import type { RepodataRecord } from '../record/record.ts';
import { specOf } from '../releases/dependency-sets.ts';
import type { UpstreamRecord } from '../upstream/accept-records.ts';
import { makeOnce } from '../upstream/make-once.ts';
import { isSpelling } from './choose-name.ts';

/** The conda channels of an allowlist, which have the dependencies. Each method rejects with GatehouseError `upstream.*`. */
export interface Channels {
  /** Every name that some channel has for some platform. */
  names(): Promise<ReadonlySet<string>>;
  /** The records of a name that each platform sees. */
  named(name: string): Promise<readonly (readonly UpstreamRecord[])[]>;
}

/** What is asked of the channels' packages, whatever the platform. */
export interface ChannelPackages {
  records(name: string): Promise<RepodataRecord[]>;
  /** Of the packages of a name, the one that was made last: what it has in it, the next one has. */
  newest(name: string): Promise<UpstreamRecord | null>;
  /** Whether there is a version in this range on every platform; of a range that conda has no words for, any. */
  has(name: string, wanted: Specifier): Promise<boolean>;
  /** Names that are the project's once normalised: `ruamel.yaml` and `ruamel_yaml`. */
  spellings(project: ProjectName): Promise<readonly string[]>;
}

export function channelPackages({ names, named }: Channels): ChannelPackages {
  const having = new Map<string, Promise<boolean>>();
  // All names of the channels are looked at for each.
  const spelt = new Map<string, Promise<string[]>>();
  return {
    records: async (name) => (await named(name)).flat().map(({ record }) => record),
    newest: async (name) => newestOf((await named(name)).flat()),
    has: (name, wanted) =>
      makeOnce(having, `${name} ${wanted.text}`, async () =>
        (await named(name)).every((records) => records.some((one) => isWanted(one, name, wanted))),
      ),
    spellings: (project) =>
      makeOnce(spelt, project, async () => [...(await names())].filter((name) => isSpelling(name, project)).sort()),
  };
}

/** Whether a record is of the package, in the range; of a range that conda has no words for, whatever its version. */
export function isWanted({ record }: Pick<UpstreamRecord, 'record'>, name: string, wanted: Specifier): boolean {
  const said = specOf(name, wanted);
  const spec = dependencySpec(said.ok ? said.text : name);
  return spec !== null && matchSpecMatches(spec, record);
}

function newestOf(records: readonly UpstreamRecord[]): UpstreamRecord | null {
  const time = ({ record }: UpstreamRecord) => record.timestamp ?? 0;
  return records.toSorted((a, b) => time(b) - time(a) || (a.filename < b.filename ? 1 : -1))[0] ?? null;
}
