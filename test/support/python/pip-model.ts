import type { PipWorld, ReleaseOf, WantedOf } from './pip-worlds.ts';

/** Which release of each project is taken. */
export type Chosen = ReadonlyMap<string, ReleaseOf>;

const holds = ({ bound }: WantedOf, { version }: ReleaseOf): boolean => {
  if (bound === null) return true;
  const [op, limit] = bound;
  // A candidate of 2 lies between 1 and 2; none of the operators takes it for 2.
  const number = Number.parseInt(version, 10) - (version.includes('rc') ? 0.5 : 0);
  if (op === '==') return number === limit;
  if (op === '!=') return number !== limit;
  // `<2` leaves out what is before 2 and called 2.
  return op === '>=' ? number >= limit : Math.ceil(number) < limit;
};

const fits = ({ tags, requiresPython }: ReleaseOf): boolean => tags === 'py3-none-any' && requiresPython === '';

/** Each requirement that counts once these releases are taken, extras until there are no more. */
function wantedWith(roots: readonly WantedOf[], chosen: Chosen): WantedOf[] {
  const all = new Set(roots);
  for (let size = -1; size < all.size; ) {
    size = all.size;
    const needs = [...all].flatMap(
      ({ project }) => chosen.get(project)?.needs.map((need) => ({ project, need })) ?? [],
    );
    for (const { project, need } of needs) if (counts(project, need, all)) all.add(need);
  }
  return [...all];
}

function counts(project: string, { extra, system }: WantedOf, all: ReadonlySet<WantedOf>): boolean {
  if (system === 'win32') return false;
  return extra === null || [...all].some((one) => one.project === project && one.extras.includes(extra));
}

/** Whether these releases are a solution: what is wanted is there and fits, and nothing else is there. */
export function isSolution(roots: readonly WantedOf[], chosen: Chosen): boolean {
  const wanted = wantedWith(roots, chosen);
  const isMet = wanted.every((one) => {
    const release = chosen.get(one.project);
    return release !== undefined && fits(release) && holds(one, release);
  });
  return isMet && [...chosen.keys()].every((name) => wanted.some(({ project }) => project === name));
}

/** Looks through all there is for a solution. */
export function hasSolution(roots: readonly WantedOf[], world: PipWorld, chosen: Chosen = new Map()): boolean {
  const wanted = wantedWith(roots, chosen);
  const next = wanted.find(({ project }) => !chosen.has(project))?.project;
  if (next === undefined) return isSolution(roots, chosen);
  return (world.get(next) ?? []).some((release) => hasSolution(roots, world, new Map([...chosen, [next, release]])));
}
