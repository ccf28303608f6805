import type { Allowlist } from '../documents/allowlist/parse-allowlist.ts';
import { soundProvenance, wheelOf } from '../documents/provenance.ts';
import type { Sha256 } from '../names/digest.ts';
import { packageFileParts } from '../names/package-file-name.ts';
import { parseProjectName } from '../names/project-name.ts';
import { isSameVersion, versionOfFile } from '../names/release-version.ts';
import { madeBuild } from '../releases/made-record.ts';
import type { ChannelStore } from '../store/list-packages.ts';
import { storedDigests } from '../store/stored-digests.ts';
import { type AskedRelease, isNamed } from '../yank/asked-release.ts';
import { type FileAt, type PackageAt, type ServedFile, servedFiles } from './served-file.ts';

export interface AskedWorld extends ChannelStore {
  /** Which conda name a project has. */
  readonly condaNames: Allowlist['condaNames'];
}

/** A file that can be had, and what its bytes are. */
interface HashedFile {
  readonly file: ServedFile;
  readonly sha256: Sha256;
}

/**
 * Every file of a release that can be had from one side of a store, whoever brought it: its files for pip, its conda packages,
 * and those that were made of its wheels, whatever they are called. Memory is that of the release.
 */
export async function releaseFiles(asked: AskedRelease, world: AskedWorld): Promise<HashedFile[]> {
  const found: ServedFile[] = [];
  for await (const file of servedFiles(world)) {
    if (isOfRelease(file, asked, world) || mayBeMadeOf(file, asked)) found.push(file);
  }
  return withMade(await hashed(found, world), asked, world);
}

/** Those of some files that are of a release by their name, and those that were made of them. */
export async function withMade<T extends { readonly file: PackageAt | FileAt; readonly sha256: Sha256 }>(
  files: readonly T[],
  asked: AskedRelease,
  world: AskedWorld,
): Promise<T[]> {
  const named = new Set(files.filter(({ file }) => isOfRelease(file, asked, world)));
  const sources = new Set<string>([...named].flatMap(({ file, sha256 }) => (file.kind === 'file' ? [sha256] : [])));
  const found: T[] = [];
  for (const one of files) {
    const isMade = mayBeMadeOf(one.file, asked) && (await isMadeOf(one.file, one.sha256, { sources, world }));
    if (named.has(one) || isMade) found.push(one);
  }
  return found;
}

/** Those that are there still. */
async function hashed(files: readonly ServedFile[], { store }: AskedWorld): Promise<HashedFile[]> {
  const found: HashedFile[] = [];
  for (const file of files) {
    const object = await store.get(file.head.key);
    if (object !== null) found.push({ file, sha256: (await storedDigests(object)).sha256 });
  }
  return found;
}

/** Whether a file is of a release, by its name. */
function isOfRelease(
  file: PackageAt | FileAt,
  asked: AskedRelease,
  { condaNames }: Pick<AskedWorld, 'condaNames'>,
): boolean {
  if (file.kind === 'package') {
    const { name, version } = packageFileParts(file.filename);
    return isNamed(name, asked, condaNames) && isSameVersion(version, asked.version);
  }
  const version = file.project === parseProjectName(asked.name) ? versionOfFile(file.fileName, file.project) : null;
  return version !== null && isSameVersion(version, asked.version);
}

/** Whether a package may have been made of a file of the release, by its version and build. */
function mayBeMadeOf(file: PackageAt | FileAt, { version }: AskedRelease): boolean {
  if (file.kind !== 'package') return false;
  const parts = packageFileParts(file.filename);
  return parts.build.startsWith(madeBuild) && isSameVersion(parts.version, version);
}

interface MadeWorld {
  readonly sources: ReadonlySet<string>;
  readonly world: AskedWorld;
}

/** A package of which nothing sound is known is made of nothing. */
async function isMadeOf(file: PackageAt | FileAt, sha256: Sha256, { sources, world }: MadeWorld): Promise<boolean> {
  const provenance = file.kind === 'package' ? await soundProvenance(world.store, file, sha256) : null;
  if (provenance === null) return false;
  const { origin } = provenance;
  const source = origin.type === 'made' ? origin.sha256 : wheelOf(provenance)?.sha256;
  return source !== undefined && sources.has(source);
}
