import { parseProjectName } from '../names/project-name.ts';
import type { Requirement } from '../names/requirement/parse-requirement.ts';
import { type DependencyWorld, type PythonTarget, specOf } from '../releases/dependency-sets.ts';
import { extraDepends } from '../releases/extra-depends.ts';
import type { MadeRequest } from '../releases/made-record.ts';
import type { Reason } from '../releases/release-files.ts';
import type { CoreMetadata } from '../wheel/core-metadata.ts';
import type { CondaNames } from './conda-names.ts';
import type { CandidateReader } from './project-candidates.ts';
import { projectPlace, type WantedProject } from './project-places.ts';

export interface DependenciesOf {
  readonly root: MadeRequest;
  readonly names: CondaNames;
  readonly candidates: CandidateReader;
}

/**
 * What is known of the requirements of an entry's releases: names by evidence, extras of what comes from the index.
 *
 * @param wants told of each project that is to come from the index, by its MatchSpec
 */
export function dependencyWorld(of: DependenciesOf, wants: Map<string, WantedProject>): DependencyWorld {
  const { names, root } = of;
  // Of extras that ask for each other in a ring, each is asked for once.
  const asking = new Set<string>();
  const world: DependencyWorld = {
    async nameOf(requirement) {
      const place = await projectPlace(requirement, root.closesOnIndex, names);
      if ('code' in place) return place;
      const { project, specifier } = requirement;
      const spec = specOf(place.name, specifier);
      if (place.from === 'index' && spec.ok) wants.set(spec.text, { project, specifier, name: place.name });
      return place.name;
    },
    async extraDepends(requirement, target) {
      const key = `${requirement.project}[${requirement.extras.join()}]`;
      if (asking.has(key)) return [];
      asking.add(key);
      try {
        return await extrasHere(requirement, target, { ...of, world });
      } finally {
        asking.delete(key);
      }
    },
    async isStated(project) {
      if (root.depends.some(({ name }) => parseProjectName(name) === project)) return true;
      const told = await names.evidenceOf(project, anyVersion);
      return typeof told === 'string' && root.depends.some(({ name }) => name === told);
    },
  };
  return world;
}

const anyVersion = { text: '', clauses: [] };

async function extrasHere(
  requirement: Requirement,
  target: PythonTarget,
  of: DependenciesOf & { readonly world: DependencyWorld },
): Promise<readonly string[] | Reason> {
  const place = await projectPlace(requirement, of.root.closesOnIndex, of.names);
  if ('code' in place) return place;
  const chosen = await of.candidates(requirement);
  const releases = 'code' in chosen ? [] : chosen.flatMap(({ read }) => ('code' in read ? [] : [read.metadata]));
  if (place.from === 'index')
    return extraDepends(requirement, { name: place.name, releases }, { target, world: of.world });
  return extraOfChannel(requirement, place.name, releases[0]);
}

/** A conda package has no extras, and need not be what the index has: what they would add is for a person to say. */
export function extraOfChannel(
  { text, project, extras, specifier }: Requirement,
  name: string,
  newest?: CoreMetadata,
): Reason {
  const spec = specOf(name, specifier);
  const brought = newest === undefined ? [] : bringing(newest, extras);
  const line = [spec.ok ? spec.text : name, ...(brought.length > 0 ? brought : ['WHAT IT ADDS'])];
  const detail = `"${text}" asks for ${project}[${extras.join(', ')}], and conda packages, which ${name} is one of, have no extras`;
  const hint = `add to the entry what the extra adds, by conda names: "depends": ${JSON.stringify(line)}`;
  return { code: 'pypi.dependency', detail, hint };
}

/** Projects that a release requires for extras, whatever its markers say of platforms. */
function bringing({ requiresDist }: CoreMetadata, extras: readonly string[]): string[] {
  const named = requiresDist.flatMap((text) => {
    const [, wanted = ''] = /\bextra\s*==\s*["']([^"']+)["']/.exec(text) ?? [];
    const isAsked = extras.includes(parseProjectName(wanted) ?? '');
    return isAsked ? (parseProjectName(/^\s*([\w.-]+)/.exec(text)?.[1] ?? '') ?? []) : [];
  });
  return [...new Set(named)];
}
