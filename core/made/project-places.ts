import { type PackageName, packageNameSchema } from '../names/package-name.ts';
import type { Specifier } from '../names/pep440/specifier.ts';
import type { ProjectName } from '../names/project-name.ts';
import type { Requirement } from '../names/requirement/parse-requirement.ts';
import type { Reason } from '../releases/release-files.ts';
import type { CondaNames } from './conda-names.ts';

/** Where some version of a project comes from, and what it is called in conda. */
export interface ProjectPlace {
  readonly name: PackageName;
  /** `index`: a package is made of one of its files. */
  readonly from: 'channel' | 'index';
}

/**
 * Works out where a requirement's project comes from: the channels, if they have what is wanted on each platform; else, and
 * only where the entry says `"dependencies": "pypi"`, the index. What no channel has under any name is called as the project
 * is. Where a name is not told by evidence and a channel has something of that name, nobody can tell.
 */
export async function projectPlace(
  { project, specifier }: Pick<Requirement, 'project' | 'specifier'>,
  closesOnIndex: boolean,
  names: CondaNames,
): Promise<ProjectPlace | Reason> {
  const told = await names.evidenceOf(project, specifier);
  if (told !== null && typeof told !== 'string') return told;
  const alike = told === null ? await names.spellings(project) : [];
  if (alike.length > 0) return unknownName(project, alike);
  const name = packageNameSchema.safeParse(told ?? project).data;
  if (name === undefined) return absent(project, null);
  if (told !== null && (await isMet(told, specifier, closesOnIndex, names))) return { name, from: 'channel' };
  if (names.isOwn(project, name)) return unpublishedProject(project, name);
  return closesOnIndex ? { name, from: 'index' } : absent(project, told);
}

/** Without the index, versions are the solver's to find: it says which there are. */
async function isMet(name: string, wanted: Specifier, closesOnIndex: boolean, names: CondaNames): Promise<boolean> {
  return closesOnIndex ? names.has(name, wanted) : names.offers(name);
}

/** Of a project that no evidence tells of, though the channels have packages that are spelt so. */
export function unknownName(project: ProjectName, alike: readonly string[]): Reason {
  const [one, ...others] = alike;
  const suggested = others.length === 0 ? one : 'NAME';
  const detail = `nothing says which conda package the PyPI project ${project} is; is it ${alike.join(' or ')}?`;
  const hint = `if that is right, add "condaNames": { "${project}": "${suggested}" } to the allowlist`;
  return { code: 'pypi.conda-name', detail, hint };
}

/** Of a project whose files come from the store alone. */
function unpublishedProject(project: ProjectName, name: string): Reason {
  const detail = `no package ${name} of the project ${project} that would do is in this store, and it comes from nowhere else`;
  return { code: 'plan.unpublished', detail, hint: 'gatehouse publish puts one there' };
}

/** Of a project that no channel has. */
function absent(project: ProjectName, told: string | null): Reason {
  const fromIndex = 'to take it from the index too, add "dependencies": "pypi" to the entry';
  if (told !== null) {
    return {
      code: 'pypi.conda-name',
      detail: `no channel has ${told}, which is the PyPI project ${project}`,
      hint: fromIndex,
    };
  }
  const detail = `nothing says which conda package the PyPI project ${project} is; none is spelt so`;
  const hint = `${fromIndex}; if a channel has it, add "condaNames": { "${project}": "NAME" } to the allowlist`;
  return { code: 'pypi.conda-name', detail, hint };
}

/** A version of a project that is wanted of the index. */
export interface WantedProject {
  readonly project: ProjectName;
  readonly name: PackageName;
  readonly specifier: Specifier;
}

/** Tells ranges of projects apart. */
export const wantedKey = ({ name, specifier }: Pick<WantedProject, 'name' | 'specifier'>): string =>
  `${name} ${specifier.text}`;
