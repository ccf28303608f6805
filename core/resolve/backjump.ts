import type { ProjectName } from '../names/project-name.ts';
import {
  copyOf,
  disputedProjects,
  type Pin,
  pinName,
  type SearchState,
  type SearchWorld,
  setCriterion,
  type Want,
} from './search-state.ts';

/**
 * Goes back to the pin before a conflict, boldly over each that wants nothing of what it is about, and marks the pin as one
 * that leads to nothing; where that leaves a project without candidates, further back. `states` is cut, and ends in the
 * state to go on from.
 *
 * @returns false when there is nothing to go back to
 */
export async function backjump(states: SearchState[], causes: readonly Want[], world: SearchWorld): Promise<boolean> {
  const disputed = disputedProjects(causes);
  while (states.length >= 3) {
    states.pop();
    const broken = popBroken(states, disputed, world);
    const before = states.at(-1);
    if (broken === null || before === undefined) return false;
    const next = copyOf(before);
    states.push(next);
    if (await leaveOut(broken, next, world)) return true;
  }
  return false;
}

interface Broken {
  readonly state: SearchState;
  readonly last: Pin;
}

function popBroken(states: SearchState[], disputed: ReadonlySet<ProjectName>, { bold }: SearchWorld): Broken | null {
  for (;;) {
    const state = states.pop();
    const last = state && [...state.pins.values()].at(-1);
    if (state === undefined || last === undefined) return null;
    const isSuspect = last.dependencies.requirements.some(({ project }) => disputed.has(project));
    if (isSuspect || !bold || state.pins.size === 1) return { state, last };
    if (states.length <= 1) return null;
  }
}

/** Passes on what led to nothing in the broken state, and its last pin. */
async function leaveOut({ state, last }: Broken, next: SearchState, world: SearchWorld): Promise<boolean> {
  const { candidate, dependencies } = last;
  const outs = [...state.criteria].map(([project, { out }]) => [project, out] as const);
  const mine = [candidate.project, new Set([pinName(candidate, dependencies.asked)])] as const;
  for (const [project, out] of [...outs, mine]) {
    const before = next.criteria.get(project);
    if (out.size === 0 || before === undefined) continue;
    const { wanted } = before;
    if (!(await setCriterion(project, { wanted, out: out.union(before.out) }, next.criteria, world))) return false;
  }
  return true;
}
