import { parseExtraName } from '../names/project-name.ts';
import type { Requirement } from '../names/requirement/parse-requirement.ts';
import type { CoreMetadata } from '../wheel/core-metadata.ts';
import { type DependencyWorld, dependsOn, type PythonTarget } from './dependency-sets.ts';
import type { Reason } from './release-files.ts';

/** What a requirement with extras is about: the releases that would do, newest first, and the conda package they are. */
export interface ExtraReleases {
  readonly name: string;
  readonly releases: readonly CoreMetadata[];
}

/**
 * MatchSpecs that a requirement's extras come to on a target. Records of conda have no extras, so the record of whoever asks
 * has to say what they add; that differs from release to release, so it also narrows the versions to the newest ones that
 * agree. pip passes over an extra that a release does not have; here it is a reason, for nobody asked for less.
 */
export async function extraDepends(
  requirement: Requirement,
  { name, releases }: ExtraReleases,
  { target, world }: { readonly target: PythonTarget; readonly world: DependencyWorld },
): Promise<string[] | Reason> {
  let agreed: readonly string[] | null = null;
  const versions: string[] = [];
  for (const release of releases) {
    const added = await addedBy(requirement, release, { target, world });
    // The newest must be told; of older ones those that cannot be are as good as others.
    if ('code' in added && agreed === null) return added;
    if ('code' in added || (agreed !== null && JSON.stringify(added) !== JSON.stringify(agreed))) break;
    agreed = added;
    versions.push(release.version.text);
  }
  if (agreed === null) return [];
  const [newest, oldest] = [versions[0], versions.at(-1)];
  const within = newest === oldest ? `==${newest}` : `>=${oldest},<=${newest}`;
  return [`${name} ${within}`, ...agreed];
}

async function addedBy(
  { extras, project }: Requirement,
  release: CoreMetadata,
  { target, world }: { readonly target: PythonTarget; readonly world: DependencyWorld },
): Promise<string[] | Reason> {
  const has = new Set(release.providesExtra.map(parseExtraName));
  const absent = extras.filter((extra) => !has.has(extra));
  if (absent.length > 0) return noExtra(project, absent.join(', '), release.version.text);
  const without = await dependsOn(release, { target, extras: [] }, world);
  const all = await dependsOn(release, { target, extras }, world);
  if ('code' in without) return without;
  return 'code' in all ? all : all.filter((spec) => !without.includes(spec));
}

function noExtra(project: string, extras: string, version: string): Reason {
  const detail = `it asks for ${project}[${extras}], and ${project} ${version} has no such extra`;
  const hint = `add to the entry what is meant: "depends": ["${project}"], by its conda name, with what the extra is to bring`;
  return { code: 'pypi.dependency', detail, hint };
}
