import type { MatchSpec } from '../names/match-spec/parse-match-spec.ts';
import { specifierToMatchSpec } from '../names/pep440/specifier-to-match-spec.ts';
import { type ProjectName, parseProjectName } from '../names/project-name.ts';
import { type MarkerEnvironment, markerEnvironment } from '../names/requirement/marker-environment.ts';
import type { Requirement } from '../names/requirement/parse-requirement.ts';
import { requirementHere } from '../names/requirement/requirement-here.ts';
import type { Subdir } from '../names/subdir.ts';
import type { Reason } from './release-files.ts';

/** A platform and a python, for which markers are asked. */
export interface PythonTarget {
  readonly platform: Subdir;
  /** `3.12`. */
  readonly python: string;
}

/** What a release needs on one target: MatchSpecs without python, in the metadata's order. */
export interface TargetDepends extends PythonTarget {
  readonly depends: readonly string[];
}

/** The conda package that a project is, or why nobody can tell: asked again for each target and release. */
export type NameOf = (project: ProjectName) => Promise<string | Reason>;

export interface DependencyWorld {
  readonly nameOf: NameOf;
  /** Dependencies that the entry states: a requirement on one of them that cannot be told otherwise is settled by it. */
  readonly stated: readonly MatchSpec[];
}

/**
 * Works out what a release needs on each target, extras aside. A requirement that cannot be decided, or said in conda,
 * is the reason why the release cannot be had, unless the entry's own `depends` names its project.
 *
 * @param requiresDist as the metadata has them
 */
export async function dependencySets(
  requiresDist: readonly string[],
  targets: readonly PythonTarget[],
  world: DependencyWorld,
): Promise<TargetDepends[] | Reason> {
  const sets: TargetDepends[] = [];
  for (const target of targets) {
    const depends = await dependsOn(target, requiresDist, world);
    if ('code' in depends) return depends;
    sets.push({ ...target, depends });
  }
  return sets;
}

async function dependsOn(
  { platform, python }: PythonTarget,
  requiresDist: readonly string[],
  { nameOf, stated }: DependencyWorld,
): Promise<string[] | Reason> {
  const environment = markerEnvironment(platform, python);
  if (environment === null) return reason(`nothing is known of Python ${python} on ${platform}`);
  const depends = new Set<string>();
  for (const text of requiresDist) {
    const spec = await specHere(text, environment, nameOf);
    if (typeof spec === 'string') depends.add(spec);
    else if (spec !== null && !isStated(text, stated)) return spec;
  }
  return [...depends];
}

/** The MatchSpec of a requirement that counts in this environment, null if it does not, or why that cannot be told. */
async function specHere(text: string, environment: MarkerEnvironment, nameOf: NameOf): Promise<string | Reason | null> {
  const read = requirementHere(text, environment, []);
  if (typeof read === 'string') return reason(`its ${read}`, text);
  return read && specOf(read, nameOf);
}

async function specOf({ project, extras, specifier, text }: Requirement, nameOf: NameOf): Promise<string | Reason> {
  if (extras.length > 0) return reason(`"${text}" asks for extras, which conda has not`, text);
  const name = await nameOf(project);
  if (typeof name !== 'string') return name;
  if (specifier.clauses.length === 0) return name;
  const versions = specifierToMatchSpec(specifier);
  return versions.ok
    ? `${name} ${versions.text}`
    : reason(`"${text}" cannot be said in conda: ${versions.message}`, text);
}

function reason(detail: string, text?: string): Reason {
  const project = text === undefined ? null : projectIn(text);
  if (project === null) return { code: 'pypi.dependency', detail };
  const hint = `add to the entry what it needs: "depends": ["${project}"], by its conda name, with versions if you like`;
  return { code: 'pypi.dependency', detail, hint };
}

const projectIn = (text: string) => parseProjectName(/^\s*([\w.-]*)/.exec(text)?.[1] ?? '');

function isStated(text: string, stated: readonly MatchSpec[]): boolean {
  const project = projectIn(text);
  return project !== null && stated.some(({ name }) => parseProjectName(name) === project);
}
