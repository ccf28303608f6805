import { z } from 'zod';
import type { Allowlist } from '../documents/allowlist/parse-allowlist.ts';
import { type ProjectName, parseProjectName } from '../names/project-name.ts';
import { pythonMinors } from '../names/python-minors.ts';
import { noarch } from '../names/subdir.ts';
import type { RepodataRecord } from '../record/record.ts';
import type { NameOf } from '../releases/dependency-sets.ts';
import type { Reason } from '../releases/release-files.ts';
import { makeOnce, type OpenSubdir } from './upstream-subdirs.ts';
import { openView, type UpstreamView } from './upstream-view.ts';

/** What the conda channels say of Python projects. */
export interface CondaNames {
  readonly nameOf: NameOf;
  /** Whether a channel has a package of this name, and nothing says that it is the project. */
  isTaken(name: string, project: ProjectName): Promise<boolean>;
  /** Minor versions of Python 3, rising: those the allowlist lists, in whatever order, else all that the channels have. */
  pythons(): Promise<string[]>;
}

/**
 * Reads of the channels, for every platform, so that a package comes out the same wherever the work is cut. A project has
 * a conda package by `condaNames`, or by records whose `purls` name it: of 182 projects the conda package that is spelt
 * alike is something else (graphviz, docker), so the spelling alone is no evidence.
 */
export function condaNames(allowlist: Allowlist, openSubdir: OpenSubdir): CondaNames {
  const { channels, platforms, python } = allowlist;
  const openViews = (): Promise<UpstreamView[]> =>
    Promise.all(platforms.map((platform) => openView(channels, platform, { openSubdir })));
  const recordsOf = async (name: string): Promise<RepodataRecord[]> => {
    const found = await Promise.all((await openViews()).map((view) => view.named(name)));
    return found.flatMap(({ records }) => records.map(({ record }) => record));
  };
  const nameOf = async (project: ProjectName): Promise<string | Reason> => {
    const given = allowlist.condaNames.get(project);
    if (given !== undefined) return given;
    const alike = await spellings(project, allowlist, openSubdir);
    const told = await Promise.all(alike.map(async (name) => (await recordsOf(name)).some(isOf(project))));
    return choose(project, alike, told);
  };
  // Releases of a project need mostly the same, and all names of the channels are looked at for each.
  const named = new Map<ProjectName, Promise<string | Reason>>();
  return {
    nameOf: (project) => makeOnce(named, project, () => nameOf(project)),
    async isTaken(name, project) {
      const records = allowlist.condaNames.has(project) ? [] : await recordsOf(name);
      return records.length > 0 && !records.some(isOf(project));
    },
    async pythons() {
      const versions = python.length > 0 ? python : (await recordsOf('python')).map(({ version }) => version);
      return pythonMinors(versions);
    },
  };
}

/** Names of the channels that are the project's once normalised: `ruamel.yaml` and `ruamel_yaml`. */
async function spellings(
  project: ProjectName,
  { channels, platforms }: Allowlist,
  open: OpenSubdir,
): Promise<string[]> {
  const places = channels.flatMap((channel) => [noarch, ...platforms].map((subdir) => [channel, subdir] as const));
  const opened = await Promise.all(places.map(([channel, subdir]) => open(channel, subdir)));
  const names = opened.flatMap((subdir) => [...(subdir?.names() ?? [])]);
  return [...new Set(names.filter((name) => isSpelling(name, project)))].sort();
}

/** Most names differ in their first letter, and hundreds of thousands are asked. */
const isSpelling = (name: string, project: ProjectName): boolean =>
  name[0] === project[0] && parseProjectName(name) === project;

/** The name that is spelt as the project is, else the only one there is. */
function choose(project: ProjectName, alike: readonly string[], told: readonly boolean[]): string | Reason {
  const named = alike.filter((_, place) => told[place]);
  if (named.includes(project)) return project;
  const [only, ...others] = named;
  return only !== undefined && others.length === 0 ? only : unknownName(project, named.length > 0 ? named : alike);
}

const purlsSchema = z.array(z.string());

const isOf =
  (project: ProjectName) =>
  (record: RepodataRecord): boolean => {
    const purls = purlsSchema.safeParse(record['purls']).data ?? [];
    return purls.some((purl) => parseProjectName(/^pkg:pypi\/([\w.-]+)(?:[@?#]|$)/i.exec(purl)?.[1] ?? '') === project);
  };

function unknownName(project: ProjectName, alike: readonly string[]): Reason {
  const [one, ...others] = alike;
  const suggested = others.length === 0 ? (one ?? 'NAME') : 'NAME';
  const there = one === undefined ? 'none is spelt so' : `is it ${alike.join(' or ')}?`;
  const detail = `no channel says which conda package the PyPI project ${project} is; ${there}`;
  const hint = `if that is right, add "condaNames": { "${project}": "${suggested}" } to the allowlist`;
  return { code: 'pypi.conda-name', detail, hint };
}
