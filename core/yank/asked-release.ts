import type { Allowlist } from '../documents/allowlist/parse-allowlist.ts';
import { normalProjectName } from '../names/normal-project-name.ts';
import { packageFileParts } from '../names/package-file-name.ts';
import { parseProjectName } from '../names/project-name.ts';
import { isSameVersion, versionOfFile } from '../names/release-version.ts';
import { didYouMean } from '../problems/did-you-mean.ts';
import { type ErrorCode, GatehouseError } from '../problems/error.ts';
import { filesIn } from '../simple/files-in.ts';
import { projectsIn } from '../simple/projects-in.ts';
import { type ChannelStore, listPackages } from '../store/list-packages.ts';
import { simpleStrays } from '../store/simple-strays.ts';
import { stagingStore } from '../store/staging-store.ts';
import { collectStrays } from '../store/strays.ts';

/** One version of a project or conda package, as a person names it. */
export interface AskedRelease {
  /** In any spelling. */
  readonly name: string;
  readonly version: string;
}

/** Whether a conda package is called as the project is, in any spelling, or as the allowlist calls the project's. */
export function isNamed(
  packageName: string,
  { name }: Pick<AskedRelease, 'name'>,
  condaNames: Allowlist['condaNames'],
): boolean {
  const project = parseProjectName(name);
  const given = project === null ? undefined : condaNames.get(project);
  return packageName === given || normalProjectName(packageName) === normalProjectName(name);
}

/** Names and versions that an error lists: more would hide its sentence. */
const maxListed = 20;

type KnownWorld = ChannelStore & { readonly condaNames: Allowlist['condaNames'] };

/** Says that the channel has no such release, also where it is staged: nobody has it from there before it is promoted. */
export async function unknownRelease(asked: AskedRelease, world: KnownWorld): Promise<GatehouseError> {
  const staged = await knownIn({ ...world, store: stagingStore(world.store) }, asked);
  if (![...staged.versions].some((version) => isSameVersion(version, asked.version))) {
    return nothingOf(asked, await knownIn(world, asked), 'yank.unknown');
  }
  const hint = 'it is in staging alone, and nobody has it from the channel before it is promoted';
  return new GatehouseError('yank.unknown', `the channel has no ${asked.name} ${asked.version}`, { hint });
}

/** Says that neither side of the store has such a release, or that none of it is recalled. */
export async function unknownAnywhere(asked: AskedRelease, world: KnownWorld): Promise<GatehouseError> {
  const channel = await knownIn(world, asked);
  const staged = await knownIn({ ...world, store: stagingStore(world.store) }, asked);
  const names = channel.names.union(staged.names);
  const versions = channel.versions.union(staged.versions);
  if (![...versions].some((version) => isSameVersion(version, asked.version))) {
    return nothingOf(asked, { names, versions }, 'recall.unknown');
  }
  const hint = `gatehouse why ${asked.name} says what became of it`;
  return new GatehouseError('recall.unknown', `no file of ${asked.name} ${asked.version} is recalled`, { hint });
}

interface Known {
  readonly names: ReadonlySet<string>;
  readonly versions: ReadonlySet<string>;
}

/** What there is of the name instead; or, where that is unknown too, which names there are. */
function nothingOf(asked: AskedRelease, { names, versions }: Known, code: ErrorCode): GatehouseError {
  const unknown = (message: string, hint: string) => new GatehouseError(code, message, { hint });
  const what = `the store has no ${asked.name}`;
  if (versions.size > 0) return unknown(`${what} ${asked.version}`, `there is ${listed(versions)}`);
  const near = didYouMean(asked.name, names);
  if (near !== null) return unknown(what, `did you mean ${near}?`);
  return unknown(what, names.size === 0 ? 'it has nothing at all' : `there is ${listed(names)}`);
}

/** All names of a channel and its pages, and the versions of the one that is asked for. */
async function knownIn({ condaNames, ...world }: KnownWorld, asked: AskedRelease): Promise<Known> {
  const project = parseProjectName(asked.name);
  const files = project === null ? [] : await filesIn(project, world.store);
  const versions = new Set(files.flatMap(({ fileName }) => (project && versionOfFile(fileName, project)) || []));
  const names = new Set<string>(await projectsIn(world.store, collectStrays(simpleStrays)));
  for await (const { filename } of listPackages(world.store, world.channel)) {
    const { name, version } = packageFileParts(filename);
    names.add(name);
    if (isNamed(name, asked, condaNames)) versions.add(version);
  }
  return { names, versions };
}

function listed(texts: ReadonlySet<string>): string {
  const sorted = [...texts].sort();
  const rest = sorted.length - maxListed;
  return sorted.slice(0, maxListed).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
