import type { Allowlist } from '../documents/allowlist/parse-allowlist.ts';
import { normalProjectName } from '../names/normal-project-name.ts';
import { packageFileParts } from '../names/package-file-name.ts';
import { parseProjectName } from '../names/project-name.ts';
import { versionOfFile } from '../names/release-version.ts';
import { didYouMean } from '../problems/did-you-mean.ts';
import { GatehouseError } from '../problems/error.ts';
import { filesIn } from '../simple/files-in.ts';
import { projectsIn } from '../simple/projects-in.ts';
import { type ChannelStore, listPackages } from '../store/list-packages.ts';
import { simpleStrays } from '../store/simple-strays.ts';
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

/** Says that there is no such release, and what there is of its name; or, where that is unknown too, which names there are. */
export async function unknownRelease(
  asked: AskedRelease,
  world: ChannelStore & { readonly condaNames: Allowlist['condaNames'] },
): Promise<GatehouseError> {
  const project = parseProjectName(asked.name);
  const files = project === null ? [] : await filesIn(project, world.store);
  const versions = new Set(files.flatMap(({ fileName }) => (project && versionOfFile(fileName, project)) || []));
  const names = new Set<string>(await projectsIn(world.store, collectStrays(simpleStrays)));
  for await (const { filename } of listPackages(world.store, world.channel)) {
    const { name, version } = packageFileParts(filename);
    names.add(name);
    if (isNamed(name, asked, world.condaNames)) versions.add(version);
  }
  const what = `the store has no ${asked.name}`;
  if (versions.size > 0) return unknown(`${what} ${asked.version}`, `there is ${listed(versions)}`);
  const near = didYouMean(asked.name, names);
  if (near !== null) return unknown(what, `did you mean ${near}?`);
  return unknown(what, names.size === 0 ? 'it has nothing at all' : `there is ${listed(names)}`);
}

const unknown = (message: string, hint: string) => new GatehouseError('yank.unknown', message, { hint });

function listed(texts: ReadonlySet<string>): string {
  const sorted = [...texts].sort();
  const rest = sorted.length - maxListed;
  return sorted.slice(0, maxListed).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
