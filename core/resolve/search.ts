import { specifierMatches } from '../names/pep440/specifier-matches.ts';
import type { ExtraName, ProjectName } from '../names/project-name.ts';
import type { Requirement } from '../names/requirement/parse-requirement.ts';
import { backjump } from './backjump.ts';
import type { PipRelease } from './candidates.ts';
import { nextProject } from './next-project.ts';
import {
  type Conflict,
  copyOf,
  extrasOf,
  type Pin,
  type SearchState,
  type SearchWorld,
  setCriterion,
  type Want,
} from './search-state.ts';

export type Found = { readonly pins: ReadonlyMap<ProjectName, Pin> } | { readonly conflict: Conflict | null };

/**
 * Looks for a set of releases in which every requirement holds. Boldly, as pip does and in its order, so that of several
 * sets the same one is found: a pin that something else rules out wants nothing any more until it is made anew, and a
 * conflict jumps back over pins that want nothing of what it is about. That may jump over the solution, or go round in
 * circles; without `world.bold` what was wanted stays so, and the search goes back pin by pin.
 * https://github.com/sarugaku/resolvelib, `resolvers/resolution.py`
 *
 * @param rounds after so many it is given up, with no conflict to tell
 */
export async function search(roots: readonly Requirement[], world: SearchWorld, rounds: number): Promise<Found> {
  const root: SearchState = { pins: new Map(), criteria: new Map(), causes: [] };
  const conflict = await wantAll(roots, null, root.criteria, world);
  if (conflict !== null) return { conflict };
  const states = [root, copyOf(root)];
  const order = new Map(roots.map(({ project }, place) => [project, place]));
  for (let round = 0; round < rounds; round++) {
    const state = states.at(-1) ?? root;
    const project = nextProject(openIn(state), state, order);
    if (project === null) return { pins: await connected(roots, state.pins, world) };
    const stuck = await settle(project, state, states, world);
    if (stuck !== null) return { conflict: stuck };
  }
  return { conflict: null };
}

/** Takes a candidate of a project, or goes back; a conflict when there is nothing to go back to. */
async function settle(
  project: ProjectName,
  state: SearchState,
  states: SearchState[],
  world: SearchWorld,
): Promise<Conflict | null> {
  const conflicts = await take(project, state, world);
  const [conflict = null] = conflicts;
  if (conflict === null) states.push(copyOf(world.bold ? withoutFallen(state) : state));
  return conflict === null || (await goBack(states, conflicts, world)) ? null : conflict;
}

const openIn = (state: SearchState): ProjectName[] =>
  [...state.criteria.keys()].filter((project) => !isSettled(project, state));

async function goBack(states: SearchState[], conflicts: readonly Conflict[], world: SearchWorld): Promise<boolean> {
  const causes = [...new Set(conflicts.flatMap(({ wanted }) => wanted))];
  const isBack = await backjump(states, causes, world);
  const state = states.pop();
  if (state !== undefined) states.push({ ...state, causes });
  return isBack;
}

async function wantAll(
  requirements: readonly Requirement[],
  parent: Pin | null,
  criteria: SearchState['criteria'],
  world: SearchWorld,
): Promise<Conflict | null> {
  for (const requirement of requirements) {
    const conflict = await want({ requirement, parent }, criteria, world);
    if (conflict !== null) return conflict;
  }
  return null;
}

/** Adds to what is wanted of a project. */
async function want(one: Want, criteria: SearchState['criteria'], world: SearchWorld): Promise<Conflict | null> {
  const { project } = one.requirement;
  const { wanted: before, out } = criteria.get(project) ?? { wanted: [], out: new Set<string>() };
  const wanted = [...before, one];
  return (await setCriterion(project, { wanted, out }, criteria, world)) ? null : { project, wanted };
}

/** Takes the first candidate of a project whose requirements leave something of every project; else tells all conflicts. */
async function take(project: ProjectName, state: SearchState, world: SearchWorld): Promise<readonly Conflict[]> {
  const { candidates, wanted } = state.criteria.get(project) ?? { candidates: [], wanted: [] };
  const conflicts: Conflict[] = [];
  for (const candidate of candidates) {
    const conflict = await tryCandidate(candidate, wanted, state, world);
    if (conflict === null) return [];
    world.note(conflict);
    conflicts.push(conflict);
  }
  return conflicts.length > 0 ? conflicts : [{ project, wanted }];
}

async function tryCandidate(
  candidate: PipRelease,
  wanted: readonly Want[],
  { pins, criteria }: SearchState,
  world: SearchWorld,
): Promise<Conflict | null> {
  const { project } = candidate;
  const dependencies = await world.dependencies(candidate, extrasOf(wanted));
  if (typeof dependencies === 'string') return { project, wanted, refused: { candidate, why: dependencies } };
  const pin: Pin = { candidate, dependencies };
  const next = new Map(criteria);
  const conflict = await wantAll(dependencies.requirements, pin, next, world);
  if (conflict !== null) return conflict;
  for (const [name, criterion] of next) criteria.set(name, criterion);
  // A search goes back to the last one taken: one that is taken again is that one.
  pins.delete(project);
  pins.set(project, pin);
  return null;
}

/** Whether a project's pin does for all that is wanted of it; of one that nothing is wanted of any more none is needed. */
function isSettled(project: ProjectName, { pins, criteria }: SearchState): boolean {
  const pin = pins.get(project);
  return (criteria.get(project)?.wanted ?? []).every(
    ({ requirement: { specifier, extras } }) =>
      pin !== undefined &&
      specifierMatches(specifier, pin.candidate.version, { prereleases: true }) &&
      extras.every((extra) => pin.dependencies.extras.has(extra)),
  );
}

/** A pin that does not do any more is to be made anew, and wants nothing until then. */
function withoutFallen(state: SearchState): SearchState {
  const { pins, criteria } = state;
  const fallen = new Set([...pins.keys()].filter((project) => !isSettled(project, state)));
  for (const project of fallen) pins.delete(project);
  for (const [project, criterion] of fallen.size === 0 ? [] : criteria) {
    const wanted = criterion.wanted.filter(({ parent }) => parent === null || !fallen.has(parent.candidate.project));
    criteria.set(project, { ...criterion, wanted });
  }
  return state;
}

/**
 * The pins that what is asked for leads to. What only a pin wanted that was made anew, or an extra that nobody asks for any
 * more, stays behind.
 */
async function connected(
  roots: readonly Requirement[],
  pins: SearchState['pins'],
  world: SearchWorld,
): Promise<ReadonlyMap<ProjectName, Pin>> {
  const kept = new Map<ProjectName, Pin>();
  const asked = new Map<ProjectName, ReadonlySet<ExtraName>>();
  const wanted = [...roots];
  // What is added while they are gone through comes later; a project is looked at again only for more extras.
  for (const { project, extras } of wanted) {
    const [pin, before] = [pins.get(project), asked.get(project)];
    const all = new Set([...extras, ...(before ?? [])]);
    if (pin === undefined || all.size === before?.size) continue;
    asked.set(project, all);
    const { candidate } = pin;
    const told = await world.dependencies(candidate, all);
    // Where no more is looked at, what it was taken with does as well.
    const dependencies = typeof told === 'string' ? pin.dependencies : told;
    kept.set(project, { candidate, dependencies });
    for (const requirement of dependencies.requirements) wanted.push(requirement);
  }
  return kept;
}
