import { z } from 'zod';
import { isOwnProject } from '../documents/allowlist/own-projects.ts';
import type { Allowlist } from '../documents/allowlist/parse-allowlist.ts';
import type { Specifier } from '../names/pep440/specifier.ts';
import { type ProjectName, parseProjectName } from '../names/project-name.ts';
import { pythonMinors } from '../names/python-minors.ts';
import { isReserved } from '../names/reserved-names.ts';
import type { Problem } from '../problems/problem.ts';
import type { RepodataRecord } from '../record/record.ts';
import { authorsSpelling } from '../releases/authors-spelling.ts';
import type { NameEvidence } from '../releases/name-evidence.ts';
import type { PythonIndexes } from '../releases/python-indexes.ts';
import type { Reason } from '../releases/release-files.ts';
import { makeOnce } from '../upstream/make-once.ts';
import { type ChannelPackages, type Channels, channelPackages } from './channel-packages.ts';
import { chooseName, type NameChoice } from './choose-name.ts';

/** What is known of Python projects and of the conda channels. */
export interface CondaNames {
  /** The conda package that a project is, some version of which is wanted; null where nothing says so; or why nobody can tell. */
  evidenceOf(project: ProjectName, wanted: Specifier): Promise<string | Reason | null>;
  /** Whether a project's files, or the packages of a name, come from the store alone: nothing is made so. */
  isOwn(project: ProjectName, name: string): boolean;
  /** Whether there is a version of a package in this range on every platform; of one that conda has no words for, any. */
  has(name: string, wanted: Specifier): Promise<boolean>;
  /** Whether there is a package of this name at all. */
  offers(name: string): Promise<boolean>;
  /** Names of the channels that are the project's once normalised: `ruamel.yaml` and `ruamel_yaml`. */
  spellings(project: ProjectName): Promise<readonly string[]>;
  /** Minor versions of Python 3, rising: those the allowlist lists, in whatever order, else all that the channels have. */
  pythons(): Promise<string[]>;
  /** What was odd about the evidence so far. */
  warnings(): readonly Problem[];
}

export interface NamesWorld {
  readonly channels: Channels;
  readonly pythonIndexes: PythonIndexes;
  readonly nameEvidence: NameEvidence;
}

/**
 * Works out which conda packages PyPI projects are, from the channels of every platform, so that a package comes out the
 * same wherever the work is cut. Evidence is, in this order: `condaNames`; `purls` of a record that is named as the project
 * is; the published mapping; the metadata that such a package installs. A name alone is none: of 182 projects the conda
 * package that is named so is something else (graphviz, docker). Of a reserved name it is all the evidence there is: nobody
 * else has a say in it.
 *
 * @throws GatehouseError `upstream.*` and others where a channel, an index or the mapping cannot be read
 */
export function condaNames(allowlist: Allowlist, world: NamesWorld): CondaNames {
  const warnings = new Set<Problem>();
  const channels = channelPackages(world.channels);
  const told = { ...world, allowlist, packages: channels, warn: (problem: Problem) => void warnings.add(problem) };
  // Releases of a project need mostly the same.
  const known = new Map<string, Promise<string | Reason | null>>();
  return {
    evidenceOf: (project, wanted) =>
      makeOnce(known, `${project} ${wanted.text}`, () => evidenceOf(project, wanted, told)),
    isOwn: (project, name) => isOwnProject(project, allowlist) || isReserved(name, allowlist.reserved),
    has: channels.has,
    offers: async (name) => (await channels.records(name)).length > 0,
    spellings: channels.spellings,
    pythons: () => pythonsOf(allowlist, channels),
    warnings: () => [...warnings],
  };
}

interface EvidenceWorld extends NamesWorld {
  readonly allowlist: Allowlist;
  readonly packages: ChannelPackages;
  warn(problem: Problem): void;
}

async function evidenceOf(
  project: ProjectName,
  wanted: Specifier,
  world: EvidenceWorld,
): Promise<string | Reason | null> {
  const given = world.allowlist.condaNames.get(project);
  if (given !== undefined) return given;
  const isOwn = isReserved(project, world.allowlist.reserved);
  const choice = isOwn
    ? chooseName(project, await world.packages.spellings(project))
    : await firstChoice(project, world);
  if (choice.kind === 'none') return isOwnProject(project, world.allowlist) ? project : null;
  if (choice.kind === 'one') return theirName(project, choice.name, world.allowlist);
  const name = choice.kind === 'spellings' ? await chooseSpelling(project, choice.names, { ...world, wanted }) : null;
  return name ?? severalNames(project, choice.names);
}

/** The first evidence that says anything decides. */
async function firstChoice(project: ProjectName, world: EvidenceWorld): Promise<NameChoice> {
  const { packages, allowlist, nameEvidence, warn } = world;
  const alike = await packages.spellings(project);
  const isNamed = async (name: string) => (await packages.records(name)).some(isOf(project));
  const byPurls = chooseName(project, await those(alike, isNamed));
  if (byPurls.kind !== 'none') return byPurls;
  const mapped = allowlist.mapping === null ? null : await nameEvidence.mapped(allowlist.mapping, project);
  if (mapped?.warning) warn(mapped.warning);
  const published = chooseName(project, mapped?.names ?? []);
  if (published.kind !== 'none') return published;
  const carries = async (name: string) => {
    const newest = await packages.newest(name);
    return newest !== null && (await nameEvidence.carried(newest)).has(project);
  };
  return chooseName(project, await those(alike, carries));
}

/** The one that has a version in the range, else the one that its author spells so; null where that does not tell either. */
async function chooseSpelling(
  project: ProjectName,
  names: readonly string[],
  { packages, allowlist, pythonIndexes, wanted }: EvidenceWorld & { readonly wanted: Specifier },
): Promise<string | null> {
  const having = await those(names, (name) => packages.has(name, wanted));
  const left = having.length > 0 ? having : names;
  if (left.length === 1) return left[0] ?? null;
  const written = await authorsSpelling(allowlist.indexes, project, pythonIndexes);
  return left.find((name) => name === written) ?? null;
}

async function those(names: readonly string[], isOne: (name: string) => Promise<boolean>): Promise<string[]> {
  const told = await Promise.all(names.map(isOne));
  return names.filter((_, place) => told[place]);
}

async function pythonsOf({ python }: Allowlist, channels: ChannelPackages): Promise<string[]> {
  const versions = python.length > 0 ? python : (await channels.records('python')).map(({ version }) => version);
  return pythonMinors(versions);
}

const purlsSchema = z.array(z.string());

const isOf =
  (project: ProjectName) =>
  (record: RepodataRecord): boolean => {
    const purls = purlsSchema.safeParse(record['purls']).data ?? [];
    return purls.some((purl) => parseProjectName(/^pkg:pypi\/([\w.-]+)(?:[@?#]|$)/i.exec(purl)?.[1] ?? '') === project);
  };

/** The name that evidence gives a project, unless others say that it is one of the organisation's own. */
function theirName(project: ProjectName, name: string, { reserved }: Pick<Allowlist, 'reserved'>): string | Reason {
  if (isReserved(project, reserved) || !isReserved(name, reserved)) return name;
  const detail = `the PyPI project ${project} is said to be the conda package ${name}, which is a reserved name`;
  const hint = `say which it is: "condaNames": { "${project}": "NAME" } in the allowlist`;
  return { code: 'pypi.reserved-name', detail, hint };
}

function severalNames(project: ProjectName, names: readonly string[]): Reason {
  const detail = `the PyPI project ${project} is in several conda packages: ${names.slice(0, 20).join(', ')}`;
  return {
    code: 'pypi.conda-name',
    detail,
    hint: `say which: "condaNames": { "${project}": "NAME" } in the allowlist`,
  };
}
