import type { Gate } from '../gate/gate.ts';
import { digestStream } from '../names/digest.ts';
import type { ProjectName } from '../names/project-name.ts';
import { chunksOf } from '../ports/byte-source.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Store, StoredObject } from '../ports/store.ts';
import { type Problem, problemOf } from '../problems/problem.ts';
import { keepPages } from '../simple/keep-pages.ts';
import { keptProject } from '../simple/kept-project.ts';
import { keptRoot } from '../simple/kept-root.ts';
import { readProjectState } from '../simple/project-state.ts';
import { projectsIn } from '../simple/projects-in.ts';
import { mapInOrder } from '../store/map-in-order.ts';
import { isDamaged } from '../store/read-json-object.ts';
import { simpleStrays } from '../store/simple-strays.ts';
import { storedDigests } from '../store/stored-digests.ts';
import { collectStrays } from '../store/strays.ts';

interface SimpleWorld {
  readonly store: Store;
  readonly gate: Gate;
  readonly clock: Clock;
  readonly log: Log;
}

interface IndexedProject {
  readonly project: ProjectName;
  /** Files on its pages. */
  readonly files: number;
  /** Whether a page was written. */
  readonly changed: boolean;
  readonly problems: readonly Problem[];
}

export interface IndexedProjects {
  readonly projects: readonly IndexedProject[];
  /** Whether the list of projects was written. */
  readonly changed: boolean;
  /** What is wrong with the list of projects, and what lies in none of them. */
  readonly problems: readonly Problem[];
}

export interface IndexProjectsOptions {
  /** Make every page again, trusting no state, with digests from the bytes and not from what was noted beside them. */
  readonly rebuild?: boolean;
}

/** Projects looked at side by side: a look is a few requests, one after the other. */
const maxProjectsAtOnce = 8;

/**
 * Brings the pages of projects up to date with their files, provenance and control, and then the list of projects:
 * `simple/<project>/` -> files that may be listed -> state -> `index.json` and `index.html`. When nothing changed nothing
 * is written, except pages that an interrupted run left behind. What is wrong with a file costs that file alone, and a
 * damaged control its project, whose pages stay as they are.
 *
 * @param asked those that may have changed; `all` is each that the store tells of
 * @throws GatehouseError `store.conflict` (retry) when a project changed at every look, or others kept writing
 */
export async function indexProjects(
  asked: readonly ProjectName[] | 'all',
  world: SimpleWorld,
  { rebuild = false }: IndexProjectsOptions = {},
): Promise<IndexedProjects> {
  const strays = collectStrays(simpleStrays);
  const projects = asked === 'all' ? await projectsIn(world.store, strays) : [...new Set(asked)].sort();
  const indexed: IndexedProject[] = [];
  for await (const each of mapInOrder(projects, maxProjectsAtOnce, (project) => indexOne(project, world, rebuild))) {
    indexed.push(each);
  }
  const root = await keepPages(world, keptRoot(world.store, asked === 'all' ? 'all' : projects), !rebuild);
  const damaged = root.damage === undefined ? [] : [stateProblem('simple/', root.damage)];
  const others = strays.found().map((stray) => ({ code: 'index.stray', ...stray }));
  return { projects: indexed, changed: root.changed, problems: [...damaged, ...others] };
}

async function indexOne(project: ProjectName, world: SimpleWorld, rebuild: boolean): Promise<IndexedProject> {
  const { store, clock, log, gate } = world;
  const digestsOf = rebuild ? (object: StoredObject) => digestStream(chunksOf(object)) : storedDigests;
  try {
    const { content, changed, damage, problems } = await keepPages(
      world,
      keptProject(project, { store, clock, gate, digestsOf }),
      !rebuild,
    );
    const damaged = damage === undefined ? [] : [stateProblem(`simple/${project}/`, damage)];
    if (changed) log({ type: 'index.project', project, files: content.length });
    return { project, files: content.length, changed, problems: [...damaged, ...problems] };
  } catch (error) {
    if (!isDamaged(error)) throw error;
    const { state } = await readProjectState(store, project);
    const problem = problemOf(error, `simple/${project}/`);
    return { project, files: state?.content.length ?? 0, changed: false, problems: [problem] };
  }
}

const stateProblem = (subject: string, damage: string): Problem => ({
  code: 'index.state',
  subject,
  detail: `${damage}; rebuilt`,
});
