import type { ExtraName, ProjectName } from '../names/project-name.ts';
import type { Requirement } from '../names/requirement/parse-requirement.ts';
import type { PipRelease } from './candidates.ts';
import type { Dependencies } from './dependencies.ts';

/** A requirement, and who has it: null for what is asked for. */
export interface Want {
  readonly requirement: Requirement;
  readonly parent: Pin | null;
}

/** A release that is taken for now, with what it needs. */
export interface Pin {
  readonly candidate: PipRelease;
  readonly dependencies: Dependencies;
}

/** What is wanted of a project. */
interface Criterion {
  readonly wanted: readonly Want[];
  /** Names of pins that led to nothing. */
  readonly out: ReadonlySet<string>;
  /** What fulfils all that is wanted, newest first. */
  readonly candidates: readonly PipRelease[];
}

export interface SearchState {
  /** In the order in which they were taken. */
  readonly pins: Map<ProjectName, Pin>;
  readonly criteria: Map<ProjectName, Criterion>;
  /** What the last conflict was about. */
  readonly causes: readonly Want[];
}

/** A project of which nothing fits all that is wanted, or a candidate that cannot be taken. */
export interface Conflict {
  readonly project: ProjectName;
  readonly wanted: readonly Want[];
  /** Why a candidate cannot be taken by itself, as a sentence fragment that follows its name. */
  readonly refused?: { readonly candidate: PipRelease; readonly why: string };
}

export interface SearchWorld {
  /** What there is that fulfils all that is wanted of a project, newest first. */
  readonly candidates: (project: ProjectName, wanted: readonly Want[]) => Promise<readonly PipRelease[]>;
  readonly dependencies: (candidate: PipRelease, extras: ReadonlySet<ExtraName>) => Promise<Dependencies | string>;
  /** Whether to look as pip does. */
  readonly bold: boolean;
  /** Told each conflict on the way. */
  readonly note: (conflict: Conflict) => void;
}

export const copyOf = ({ pins, criteria, causes }: SearchState): SearchState => ({
  pins: new Map(pins),
  criteria: new Map(criteria),
  causes,
});

export const extrasOf = (wanted: readonly Want[]): ReadonlySet<ExtraName> =>
  new Set(wanted.flatMap(({ requirement }) => requirement.extras));

/** The projects that some requirements are about: those that have them, and those that they are of. */
export const disputedProjects = (wanted: readonly Want[]): ReadonlySet<ProjectName> =>
  new Set(
    wanted.flatMap(({ requirement, parent }) => [requirement.project, ...(parent ? [parent.candidate.project] : [])]),
  );

/** Names a candidate with what it was taken with: without an extra it may do where with it it did not. */
export const pinName = ({ version }: PipRelease, extras: ReadonlySet<ExtraName>): string =>
  [version.text, ...[...extras].sort()].join(' ');

/** Says what is wanted of a project; false, and nothing is changed, when nothing is left that fits. */
export async function setCriterion(
  project: ProjectName,
  { wanted, out }: Pick<Criterion, 'wanted' | 'out'>,
  criteria: SearchState['criteria'],
  world: SearchWorld,
): Promise<boolean> {
  const extras = extrasOf(wanted);
  const fitting = await world.candidates(project, wanted);
  const candidates = fitting.filter((candidate) => !out.has(pinName(candidate, extras)));
  if (candidates.length > 0) criteria.set(project, { wanted, out, candidates });
  return candidates.length > 0;
}
