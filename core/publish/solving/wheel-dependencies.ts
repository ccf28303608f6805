import type { Allowlist } from '../../documents/allowlist/parse-allowlist.ts';
import type { PypiEntry } from '../../documents/allowlist/read-entries.ts';
import type { CondaNames } from '../../made/conda-names.ts';
import { extraOfChannel } from '../../made/made-dependencies.ts';
import { projectCandidates } from '../../made/project-candidates.ts';
import { unknownName } from '../../made/project-places.ts';
import { parseSpecifier } from '../../names/pep440/specifier.ts';
import { type ProjectName, parseProjectName } from '../../names/project-name.ts';
import type { Requirement } from '../../names/requirement/parse-requirement.ts';
import type { DependencyWorld } from '../../releases/dependency-sets.ts';
import type { MadeRequest } from '../../releases/made-record.ts';
import type { Reason } from '../../releases/release-files.ts';
import type { OwnChannel } from './own-channel.ts';

/** The allowlist's entries for a project. */
export const entriesOf = (project: ProjectName, { entries }: Pick<Allowlist, 'entries'>): PypiEntry[] =>
  entries.filter((entry): entry is PypiEntry => entry.kind === 'pypi' && entry.name === project);

/**
 * What is known of the requirements of a wheel that is published: names by what this channel has, and no extras.
 *
 * @param absent told of each project that the channel has under no name that is known; it is called as it is for now
 */
export function wheelDependencies(
  made: MadeRequest,
  own: OwnChannel,
  absent: Map<ProjectName, Requirement>,
): DependencyWorld {
  const nameOf = async (requirement: Requirement) => {
    const { project } = requirement;
    const told = await knownName(requirement, own.names);
    if (told !== null) return told;
    // What the entry states itself is settled by that.
    if (made.depends.some(({ name }) => parseProjectName(name) === project)) return unknownName(project, [project]);
    absent.set(project, requirement);
    return project;
  };
  const candidates = projectCandidates({ urls: ['simple'], indexes: own.indexes, unpack: false });
  return {
    nameOf,
    async extraDepends(requirement) {
      const name = await nameOf(requirement);
      if (typeof name !== 'string') return name;
      const chosen = await candidates(requirement);
      const [newest] = 'code' in chosen ? [] : chosen.flatMap(({ read }) => ('code' in read ? [] : [read.metadata]));
      return extraOfChannel(requirement, name, newest);
    },
    async isStated(project) {
      if (made.depends.some(({ name }) => parseProjectName(name) === project)) return true;
      const specifier = parseSpecifier('');
      const told = specifier && (await own.names.evidenceOf(project, specifier));
      return typeof told === 'string' && made.depends.some(({ name }) => name === told);
    },
  };
}

/** Null where nothing says, and nothing is spelt so. */
async function knownName(
  { project, specifier }: Requirement,
  { evidenceOf, spellings }: CondaNames,
): Promise<string | Reason | null> {
  const told = await evidenceOf(project, specifier);
  const alike = told === null ? await spellings(project) : [];
  return alike.length > 0 ? unknownName(project, alike) : told;
}
