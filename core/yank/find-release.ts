import type { Allowlist } from '../documents/allowlist/parse-allowlist.ts';
import { readControl } from '../documents/control.ts';
import { type Provenance, soundProvenance, wheelOf } from '../documents/provenance.ts';
import { isOwnOrigin } from '../documents/published/published.ts';
import { isOwnFile, soundFileProvenance } from '../documents/simple/file-provenance.ts';
import { readProjectControl } from '../documents/simple/project-control.ts';
import type { Sha256 } from '../names/digest.ts';
import type { DistributionFileName } from '../names/distribution-file-name.ts';
import { type PackageFileName, packageFileParts } from '../names/package-file-name.ts';
import { type ProjectName, parseProjectName } from '../names/project-name.ts';
import { isSameVersion, versionOfFile } from '../names/release-version.ts';
import type { Subdir } from '../names/subdir.ts';
import type { ObjectHead, Store } from '../ports/store.ts';
import { madeBuild } from '../releases/made-record.ts';
import { filesIn } from '../simple/files-in.ts';
import { type ChannelStore, type ListedPackage, listPackages } from '../store/list-packages.ts';
import { mapInOrder } from '../store/map-in-order.ts';
import { storedDigests } from '../store/stored-digests.ts';
import { type AskedRelease, isNamed } from './asked-release.ts';

/** A file of a release for pip. */
export interface OwnFile {
  readonly project: ProjectName;
  readonly fileName: DistributionFileName;
  readonly key: string;
}

/** A conda package of a release. */
export interface OwnPackage {
  readonly subdir: Subdir;
  readonly filename: PackageFileName;
  readonly key: string;
}

/** What the store has of a release. */
export interface FoundRelease {
  /** What was published, or put there by hand. */
  readonly files: readonly OwnFile[];
  readonly packages: readonly OwnPackage[];
  /** Keys of what came from a channel or an index. */
  readonly upstream: readonly string[];
}

export interface FindWorld extends ChannelStore {
  /** Which conda name a project has. */
  readonly condaNames: Allowlist['condaNames'];
}

/**
 * Finds the files for pip of a release, and its conda packages: those of the project's name, or of the one that the
 * allowlist gives it, and those that were made of its wheels, whatever they are called. Whose they are their provenance
 * says; what has no sound one is nobody's, and passed over.
 */
export async function findRelease(asked: AskedRelease, world: FindWorld): Promise<FoundRelease> {
  const files = await filesOf(asked, world.store);
  const wheels = new Set(files.flatMap(({ isOwn, sha256 }) => (isOwn ? [sha256] : [])));
  const packages = await packagesOf(asked, wheels, world);
  const own = <T>(found: readonly Found<T>[]) => found.flatMap(({ isOwn, what }) => (isOwn ? [what] : []));
  const others = [...files, ...packages].filter(({ isOwn }) => !isOwn);
  return { files: own(files), packages: own(packages), upstream: others.map(({ what }) => what.key) };
}

interface Found<T> {
  readonly what: T;
  readonly sha256: Sha256;
  /** Whether it was published, or put there by hand. */
  readonly isOwn: boolean;
}

async function filesOf(asked: AskedRelease, store: Store): Promise<Found<OwnFile>[]> {
  const project = parseProjectName(asked.name);
  if (project === null) return [];
  const { control } = await readProjectControl(store, project);
  const found: Found<OwnFile>[] = [];
  for (const { fileName, file } of await filesIn(project, store)) {
    const version = versionOfFile(fileName, project);
    if (file === null || version === null || !isSameVersion(version, asked.version)) continue;
    const sha256 = await sha256At(file, store);
    const provenance = sha256 && (await soundFileProvenance(store, { project, fileName }, sha256));
    if (!sha256 || !provenance) continue;
    const isOwn = isOwnFile(provenance) || control.files[fileName]?.published !== undefined;
    found.push({ what: { project, fileName, key: file.key }, sha256, isOwn });
  }
  return found;
}

/** Provenances looked at side by side: each costs two requests. */
const maxLooksAtOnce = 16;

async function packagesOf(
  asked: AskedRelease,
  wheels: ReadonlySet<Sha256>,
  world: FindWorld,
): Promise<Found<OwnPackage>[]> {
  const listed: ListedPackage[] = [];
  for await (const one of listPackages(world.store, world.channel)) {
    const { name, version, build } = packageFileParts(one.filename);
    const mayBe = isNamed(name, asked, world.condaNames) || (wheels.size > 0 && build.startsWith(madeBuild));
    if (mayBe && isSameVersion(version, asked.version)) listed.push(one);
  }
  const found: Found<OwnPackage>[] = [];
  for await (const one of mapInOrder(listed, maxLooksAtOnce, (each) => lookAt(each, asked, wheels, world))) {
    if (one !== null) found.push(one);
  }
  return found;
}

/** Null for what is another's, or of which nothing is known. */
async function lookAt(
  { key, subdir, filename, ...head }: ListedPackage,
  asked: AskedRelease,
  wheels: ReadonlySet<Sha256>,
  { store, channel, condaNames }: FindWorld,
): Promise<Found<OwnPackage> | null> {
  const sha256 = await sha256At({ key, ...head }, store);
  const provenance = sha256 && (await soundProvenance(store, { channel, subdir, filename }, sha256));
  if (!sha256 || !provenance) return null;
  const wheel = wheelOf(provenance)?.sha256;
  const isMadeOfThese = wheel !== undefined && wheels.has(wheel);
  const isOfIt = isMadeOfThese || isNamed(packageFileParts(filename).name, asked, condaNames);
  if (!isOfIt) return null;
  const isOwn = isOwnOrigin(provenance.origin) || (await wasPublished({ channel, subdir, filename }, store));
  return { what: { subdir, filename, key }, sha256, isOwn };
}

/** Of what came from upstream: whether the organisation published it since. */
async function wasPublished(
  { channel, subdir, filename }: Pick<Provenance, 'channel' | 'subdir' | 'filename'>,
  store: Store,
): Promise<boolean> {
  return (await readControl(store, channel, subdir)).control.packages[filename]?.published !== undefined;
}

async function sha256At({ key }: ObjectHead, store: Store): Promise<Sha256 | null> {
  const object = await store.get(key);
  return object && (await storedDigests(object)).sha256;
}
