import type { Allowlist } from '../documents/allowlist/parse-allowlist.ts';
import { parseNamedFile } from '../names/named-file.ts';
import { comparePep440 } from '../names/pep440/compare-pep440.ts';
import { type ProjectName, parseProjectName } from '../names/project-name.ts';
import { isReserved } from '../names/reserved-names.ts';
import { noarch } from '../names/subdir.ts';
import { newestOf } from '../names/version/version-texts.ts';
import { GatehouseError } from '../problems/error.ts';
import type { Problem } from '../problems/problem.ts';
import { shownUrl } from '../problems/shown-url.ts';
import type { ProjectFile } from '../python-index/project-file.ts';
import type { Glance } from '../releases/glance.ts';
import { isOwnChannel } from './own-names.ts';
import { installRequests } from './requests.ts';
import type { OpenSubdir } from './upstream-subdirs.ts';

export interface OfferWorld {
  /** The projects that the store has. */
  readonly projects: readonly ProjectName[];
  /** Upstream as it is, reserved names and all. */
  readonly openSubdir: OpenSubdir;
  /** No index is asked without it. */
  readonly glance?: Glance;
}

/**
 * Who offers names that are the organisation's own, with the newest version, as warnings: nothing of it is taken, and
 * clients that know other channels or indexes besides would take it. All names of channels are known anyway. Indexes are
 * asked for the reserved names themselves, those of entries and of the store's own projects; what cannot be read says nothing.
 */
export async function offeredNames(allowlist: Allowlist, world: OfferWorld): Promise<Problem[]> {
  if (allowlist.reserved.length === 0) return [];
  const inChannels = await Promise.all(channelsOf(allowlist).map((channel) => inChannel(channel, allowlist, world)));
  const projects = projectsToAsk(allowlist, world.projects);
  const { glance } = world;
  const inIndexes = glance === undefined ? [] : allowlist.indexes.map((index) => inIndex(index, projects, glance));
  return [...inChannels.flat(), ...(await Promise.all(inIndexes)).flat()];
}

/** Those of the allowlist, and those that entries name. */
function channelsOf(allowlist: Allowlist): string[] {
  const named = installRequests(allowlist).flatMap(({ channels }) => [...channels.values()]);
  return [...new Set([...allowlist.channels, ...named])].filter((channel) => !isOwnChannel(channel));
}

/** So many names of one channel or index are told of. */
const maxNames = 100;

async function inChannel(channel: string, allowlist: Allowlist, { openSubdir }: OfferWorld): Promise<Problem[]> {
  const { platforms, reserved } = allowlist;
  const opening = [noarch, ...platforms].map((subdir) => unlessUnread(openSubdir(channel, subdir)));
  const subdirs = (await Promise.all(opening)).filter((subdir) => subdir !== null);
  const names = new Set(subdirs.flatMap((subdir) => [...subdir.names()]).filter((name) => isReserved(name, reserved)));
  const telling = [...names]
    .sort()
    .slice(0, maxNames)
    .map(async (name) => {
      const read = await Promise.all(subdirs.map((subdir) => unlessUnread(subdir.records(name))));
      const versions = read.flatMap((part) => (part?.records ?? []).map(({ record }) => record.version));
      return offer(channel, name, newestOf(versions));
    });
  return Promise.all(telling);
}

/** What upstream is asked for besides must fail nothing: the plan has its own problem for a channel that fails. */
const unlessUnread = <T>(reading: Promise<T>): Promise<T | null> =>
  reading.catch((error: unknown) => {
    if (error instanceof GatehouseError) return null;
    throw error;
  });

function projectsToAsk({ reserved, entries }: Allowlist, stored: readonly ProjectName[]): ProjectName[] {
  const ofEntries = entries.map((entry) => (entry.kind === 'pypi' ? entry.name : entry.spec.name));
  const own = [...ofEntries, ...stored].filter((name) => isReserved(name, reserved));
  const projects = [...reserved, ...own].flatMap((name) => parseProjectName(name) ?? []);
  return [...new Set(projects)].sort().slice(0, maxNames);
}

/** So many are asked at once. */
const maxConcurrentProjects = 16;

async function inIndex(index: string, projects: readonly ProjectName[], glance: Glance): Promise<Problem[]> {
  const found: Problem[] = [];
  for (let at = 0; at < projects.length; at += maxConcurrentProjects) {
    const some = projects.slice(at, at + maxConcurrentProjects);
    const asking = some.map(async (project) => {
      const files = await glance(index, project);
      return files === null ? [] : [offer(index, project, newestRelease(files, project))];
    });
    found.push(...(await Promise.all(asking)).flat());
  }
  return found;
}

function newestRelease(files: readonly ProjectFile[], project: ProjectName): string {
  const versions = files.flatMap(({ fileName }) => parseNamedFile(project, fileName)?.version ?? []);
  return versions.sort((a, b) => comparePep440(b, a))[0]?.text ?? '';
}

const offer = (from: string, name: string, version: string): Problem => ({
  code: 'plan.reserved',
  subject: name,
  detail: `${shownUrl(from)} offers ${version === '' ? name : `${name} ${version}`}, whose name is reserved; nothing of it is taken`,
  hint: 'no client should have that channel or index beside this one',
});
