import { isOwnProject } from '../documents/allowlist/own-projects.ts';
import type { Allowlist } from '../documents/allowlist/parse-allowlist.ts';
import { parseNamedFile } from '../names/named-file.ts';
import { comparePep440 } from '../names/pep440/compare-pep440.ts';
import { isPrerelease, type Pep440Version } from '../names/pep440/pep440-version.ts';
import { parseSpecifier } from '../names/pep440/specifier.ts';
import { specifierMatches } from '../names/pep440/specifier-matches.ts';
import type { ProjectName } from '../names/project-name.ts';
import { admitsPython } from '../names/requirement/any-patch.ts';
import type { Store } from '../ports/store.ts';
import { GatehouseError } from '../problems/error.ts';
import { problemOf } from '../problems/problem.ts';
import type { ProjectFile } from '../python-index/project-file.ts';
import { firstPage } from '../releases/first-page.ts';
import type { PythonIndexes } from '../releases/python-indexes.ts';
import { storedIndex } from '../resolve/stored-index.ts';
import { projectsWithState } from '../simple/projects-in.ts';
import { pypiRequests } from '../solve/requests.ts';
import { mapInOrder } from '../store/map-in-order.ts';
import type { LookedUp, Outdated } from './outdated.ts';

export interface NewerReleasesWorld {
  readonly store: Store;
  readonly pythonIndexes: PythonIndexes;
}

/** So many projects hide a server's latency and are still polite to it. */
const maxConcurrentProjects = 8;

/**
 * Looks up which projects on our own pages have a newer release in the allowlist's indexes, the first that has the project
 * deciding: also of what was put in by hand, but of none of the organisation's own names, and of no project of which an
 * entry names the one wheel. Pre-releases, yanked files and those for none of the allowlist's pythons are passed over.
 *
 * @throws GatehouseError `store.*`
 */
export async function newerReleases(allowlist: Allowlist, world: NewerReleasesWorld): Promise<LookedUp> {
  const pages = storedIndex(world.store);
  const asked = (await projectsWithState(world.store)).filter((project) => !isOwnProject(project, allowlist));
  const looked = mapInOrder(asked, maxConcurrentProjects, async (project) => {
    const here = newestOf((await pages.files(project)) ?? [], project);
    return here === null ? [] : [await tryLookUp({ project, here }, allowlist, world)];
  });
  const answers: Omit<LookedUp, 'count'>[] = [];
  for await (const own of looked) answers.push(...own);
  return {
    outdated: answers.flatMap(({ outdated }) => outdated),
    count: answers.length,
    problems: answers.flatMap(({ problems }) => problems),
  };
}

interface Asked {
  readonly project: ProjectName;
  readonly here: Pep440Version;
}

async function tryLookUp(
  asked: Asked,
  allowlist: Allowlist,
  world: NewerReleasesWorld,
): Promise<Omit<LookedUp, 'count'>> {
  try {
    return { outdated: await lookUp(asked, allowlist, world), problems: [] };
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error;
    return { outdated: [], problems: [problemOf(error, asked.project)] };
  }
}

async function lookUp({ project, here }: Asked, allowlist: Allowlist, world: NewerReleasesWorld): Promise<Outdated[]> {
  const page = await firstPage(allowlist.indexes, project, world.pythonIndexes);
  const fitting = (page?.files ?? []).filter((file) => isForSome(file, allowlist.python));
  const newest = newestOf(fitting, project);
  if (page === null || newest === null || isPrerelease(newest) || comparePep440(newest, here) <= 0) return [];
  const naming = pypiRequests(allowlist).filter(({ made }) => made.project === project);
  const isLetIn = naming.some(({ made }) => specifierMatches(made.specifier, newest, { prereleases: true }));
  return [
    {
      from: 'pypi',
      name: project,
      here: here.text,
      newest: newest.text,
      where: page.index,
      platforms: [],
      allowlist: naming.length === 0 ? 'dependency' : isLetIn ? 'lets-in' : 'pins',
      entries: naming.map(({ id }) => id),
    },
  ];
}

function isForSome({ requiresPython }: ProjectFile, pythons: readonly string[]): boolean {
  const bounds = parseSpecifier(requiresPython ?? '');
  return bounds === null || pythons.length === 0 || pythons.some((minor) => admitsPython(bounds, minor));
}

/** The newest release of these files that was not yanked; a pre-release where there is nothing else. */
function newestOf(files: readonly ProjectFile[], project: ProjectName): Pep440Version | null {
  const versions = files.flatMap(({ fileName, yanked }) => {
    const file = yanked === false ? parseNamedFile(project, fileName) : null;
    return file === null ? [] : [file.version];
  });
  const finals = versions.filter((version) => !isPrerelease(version));
  return (finals.length > 0 ? finals : versions).sort((a, b) => comparePep440(b, a))[0] ?? null;
}
