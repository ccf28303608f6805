import type { Specifier } from '../names/pep440/specifier.ts';
import { specifierToMatchSpec } from '../names/pep440/specifier-to-match-spec.ts';
import type { ExtraName, ProjectName } from '../names/project-name.ts';
import { markerEnvironment } from '../names/requirement/marker-environment.ts';
import type { Requirement } from '../names/requirement/parse-requirement.ts';
import type { Subdir } from '../names/subdir.ts';
import type { Reason } from './release-files.ts';
import { type RequiredHere, type Requiring, requiredHere, undecided } from './required-here.ts';

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

/** What is known of a release's requirements: asked again for each target and release. */
export interface DependencyWorld {
  /** The conda package that a requirement's project is, or why nobody can tell. */
  nameOf(requirement: Requirement): Promise<string | Reason>;
  /** MatchSpecs that a requirement's extras come to on a target, beside that of the project itself; or why nobody can tell. */
  extraDepends(requirement: Requirement, target: PythonTarget): Promise<readonly string[] | Reason>;
  /** Whether the entry states the project itself: a requirement on it that cannot be told otherwise is settled so. */
  isStated(project: ProjectName): Promise<boolean>;
}

/**
 * Works out what a release needs on each target. A requirement that cannot be decided, or said in conda, is the reason why
 * the release cannot be had, unless the entry's own `depends` names its project.
 */
export async function dependencySets(
  release: Requiring,
  targets: readonly PythonTarget[],
  world: DependencyWorld,
): Promise<TargetDepends[] | Reason> {
  const sets: TargetDepends[] = [];
  for (const target of targets) {
    const depends = await dependsOn(release, { target, extras: [] }, world);
    if ('code' in depends) return depends;
    sets.push({ ...target, depends });
  }
  return sets;
}

export interface Asked {
  readonly target: PythonTarget;
  /** Of the release itself. */
  readonly extras: readonly ExtraName[];
}

/** What a release needs on one target, with these of its extras and those that they bring (`b[x]` in an `all` of `b`). */
export async function dependsOn(
  release: Requiring,
  { target, extras }: Asked,
  world: DependencyWorld,
): Promise<string[] | Reason> {
  const environment = markerEnvironment(target.platform, target.python);
  if (environment === null) return undecided(`nothing is known of Python ${target.python} on ${target.platform}`);
  const depends = new Set<string>();
  for (const required of requiredHere(release, environment, extras)) {
    const specs = await specsUnlessStated(required, target, world);
    if ('code' in specs) return specs;
    for (const spec of specs) depends.add(spec);
  }
  return [...depends];
}

async function specsUnlessStated({ project, read }: RequiredHere, target: PythonTarget, world: DependencyWorld) {
  const specs = 'code' in read ? read : await specsOf(read, target, world);
  const isStated = 'code' in specs && project !== null && (await world.isStated(project));
  return isStated ? [] : specs;
}

async function specsOf(
  requirement: Requirement,
  target: PythonTarget,
  { nameOf, extraDepends }: DependencyWorld,
): Promise<readonly string[] | Reason> {
  const { extras, specifier, text } = requirement;
  const name = await nameOf(requirement);
  if (typeof name !== 'string') return name;
  const spec = specOf(name, specifier);
  if (!spec.ok) return undecided(`"${text}" cannot be said in conda: ${spec.message}`, text);
  const added = extras.length === 0 ? [] : await extraDepends(requirement, target);
  return 'code' in added ? added : [spec.text, ...added];
}

/** The MatchSpec of a package in a range of versions, or why conda has no words for it. */
export function specOf(name: string, specifier: Specifier): ReturnType<typeof specifierToMatchSpec> {
  if (specifier.clauses.length === 0) return { ok: true, text: name };
  const versions = specifierToMatchSpec(specifier);
  return versions.ok ? { ok: true, text: `${name} ${versions.text}` } : versions;
}
