import type { ProjectName } from '../names/project-name.ts';
import { disputedProjects, type SearchState } from './search-state.ts';

/**
 * The project that pip settles next: one that the last conflict was about; then pinned before bounded above before the
 * rest; then in the order in which they were asked for, those with any version condition first, and by name.
 *
 * @param order the places of what is asked for
 * @returns null when nothing is open
 */
export function nextProject(
  open: readonly ProjectName[],
  { criteria, causes }: SearchState,
  order: ReadonlyMap<ProjectName, number>,
): ProjectName | null {
  const disputed = disputedProjects(causes);
  const first = open.filter((project) => disputed.has(project));
  const ranked = (first.length > 0 ? first : open).map((project) => {
    const clauses = (criteria.get(project)?.wanted ?? []).flatMap(({ requirement }) => requirement.specifier.clauses);
    const isPinned = clauses.some(({ op }) => op === '==' || op === '===');
    const isBounded = clauses.some(({ op }) => op === '<' || op === '<=' || op === '~=' || op === '==*');
    const place = order.get(project) ?? Number.POSITIVE_INFINITY;
    return { project, rank: [Number(!isPinned), Number(!isBounded), place, Number(clauses.length === 0)] };
  });
  ranked.sort((a, b) => byRank(a.rank, b.rank) || (a.project < b.project ? -1 : 1));
  return ranked[0]?.project ?? null;
}

function byRank(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((number, place) => number !== b[place]);
  return at === -1 ? 0 : (a[at] ?? 0) < (b[at] ?? 0) ? -1 : 1;
}
