import { artifactId } from '../plan.ts';
import type { Solver } from '../ports/solver.ts';
import type { Problem } from '../problem.ts';
import { noarch, type Subdir } from '../subdir.ts';
import type { UpstreamRecord } from '../upstream/accept-records.ts';
import type { UpstreamSubdir } from '../upstream/upstream-subdir.ts';
import { preferConda } from './prefer-conda.ts';
import type { OpenSubdir } from './remember-upstream.ts';

/** What one platform's solver may see of the upstream channels: by strict channel priority, the first channel that has a name serves it. */
export interface UpstreamView {
  readonly platform: Subdir;
  /** The usable records of a name, and what was left out and why. `only` takes them from that channel alone. */
  named(name: string, only?: string): Promise<NamedRecords>;
  /** Records of `name` in channels of lower priority than the one that serves it: what the priority hides. */
  hidden(name: string): Promise<readonly UpstreamRecord[]>;
}

export interface NamedRecords {
  readonly records: readonly UpstreamRecord[];
  readonly problems: readonly Problem[];
}

export interface ViewWorld {
  readonly openSubdir: OpenSubdir;
  readonly solver: Pick<Solver, 'refuses'>;
}

/** A channel that could not be opened rejects here: without it no priority is known (fail closed). */
export async function openView(
  channels: readonly string[],
  platform: Subdir,
  { openSubdir, solver }: ViewWorld,
): Promise<UpstreamView> {
  const opened = new Map<string, Promise<UpstreamSubdir[]>>();
  const subdirsOf = (channel: string) => {
    const known = opened.get(channel);
    if (known !== undefined) return known;
    const subdirs = openBoth(channel, platform, openSubdir);
    opened.set(channel, subdirs);
    return subdirs;
  };
  for (const channel of channels) await subdirsOf(channel);
  const serving = async (name: string) => {
    const having: string[] = [];
    for (const channel of channels)
      if ((await subdirsOf(channel)).some((subdir) => subdir.names().has(name))) having.push(channel);
    return having;
  };
  return {
    platform,
    async named(name, only) {
      const [first] = only === undefined ? await serving(name) : [only];
      return first === undefined ? { records: [], problems: [] } : recordsOf(await subdirsOf(first), name, solver);
    },
    async hidden(name) {
      const [, ...lower] = await serving(name);
      const found = await Promise.all(lower.map(async (channel) => recordsOf(await subdirsOf(channel), name, solver)));
      return found.flatMap(({ records }) => records);
    },
  };
}

/** noarch first: every platform shares it, so a server that does not answer is waited for once and not once each. */
async function openBoth(channel: string, platform: Subdir, open: OpenSubdir): Promise<UpstreamSubdir[]> {
  const everywhere = await open(channel, noarch);
  const here = await open(channel, platform);
  return [here, everywhere].filter((subdir) => subdir !== null);
}

async function recordsOf(
  subdirs: readonly UpstreamSubdir[],
  name: string,
  solver: ViewWorld['solver'],
): Promise<NamedRecords> {
  const found = await Promise.all(subdirs.map((subdir) => subdir.records(name)));
  const records: UpstreamRecord[] = [];
  const problems = found.flatMap((part) => part.problems);
  for (const candidate of preferConda(found.flatMap((part) => part.records))) {
    const fault = solver.refuses(candidate.record);
    if (fault === null) records.push(candidate);
    else problems.push({ ...fault, subject: `${candidate.channel}/${artifactId(candidate)}` });
  }
  return { records, problems };
}
