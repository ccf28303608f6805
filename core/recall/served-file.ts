import { artifactId } from '../documents/plan.ts';
import { simpleFileId } from '../documents/simple/simple-plan.ts';
import { compareCodePoints } from '../json/json.ts';
import { channelPlace } from '../layout/channel-place.ts';
import { type ChannelName, type ObjectKey, packageKey, simpleFileKey } from '../layout/keys.ts';
import { simplePlace } from '../layout/simple-place.ts';
import type { DistributionFileName } from '../names/distribution-file-name.ts';
import type { PackageFileName } from '../names/package-file-name.ts';
import type { ProjectName } from '../names/project-name.ts';
import type { Subdir } from '../names/subdir.ts';
import type { ObjectHead, Store } from '../ports/store.ts';
import { GatehouseError } from '../problems/error.ts';
import { filesIn } from '../simple/files-in.ts';
import { projectsIn } from '../simple/projects-in.ts';
import { type ChannelStore, listPackages } from '../store/list-packages.ts';
import { simpleStrays } from '../store/simple-strays.ts';
import { collectStrays } from '../store/strays.ts';

/** A conda package by its place in a channel. */
export interface PackageAt {
  readonly kind: 'package';
  /** `linux-64/x-1.0-0.conda`. */
  readonly id: string;
  readonly channel: ChannelName;
  readonly subdir: Subdir;
  readonly filename: PackageFileName;
}

/** A file for pip by its place in its project. */
export interface FileAt {
  readonly kind: 'file';
  /** `simple/x/x-1.0-py3-none-any.whl`. */
  readonly id: string;
  readonly project: ProjectName;
  readonly fileName: DistributionFileName;
}

/** A file that can be had under a public name, whether an index lists it or not. */
export type ServedFile = (PackageAt | FileAt) & {
  readonly head: ObjectHead;
};

/** The file that an id names (`linux-64/x-1.0-0.conda`, `simple/x/x-1.0.tar.gz`); null when it names none. */
export function placeOfId(id: string, channel: ChannelName): PackageAt | FileAt | null {
  const place = id.startsWith('simple/') ? simplePlace(id) : channelPlace(`${channel}/${id}`);
  if (place.kind === 'package') return { ...place, id, channel };
  return place.kind === 'file' ? { kind: 'file', id, project: place.project, fileName: place.fileName } : null;
}

export const keyOfPlace = (file: PackageAt | FileAt): ObjectKey =>
  file.kind === 'package'
    ? packageKey(file.channel, file.subdir, file.filename)
    : simpleFileKey(file.project, file.fileName);

/**
 * Every package and every file for pip of one side of a store, those of one subdir or project in a row, in an order that stands.
 *
 * @param after the id of a file, which need not be there any more: those that come behind it
 */
export async function* servedFiles(
  world: ChannelStore,
  after: string | null = null,
): AsyncGenerator<ServedFile, void, void> {
  const last = after === null ? null : placeOfId(after, world.channel);
  if (last?.kind !== 'file') yield* servedPackages(world, last);
  yield* servedForPip(world, last?.kind === 'file' ? last : null);
}

async function* servedPackages({ store, channel }: ChannelStore, last: PackageAt | null) {
  for await (const { subdir, filename, ...head } of listPackages(store, channel)) {
    const id = artifactId({ subdir, filename });
    if (last !== null && compareCodePoints(id, last.id) <= 0) continue;
    yield { kind: 'package', id, channel, subdir, filename, head } as const;
  }
}

async function* servedForPip({ store }: ChannelStore, last: FileAt | null) {
  const projects = await projectsIn(store, collectStrays(simpleStrays));
  for (const project of projects.filter((one) => last === null || one >= last.project)) {
    const done = project === last?.project ? last.fileName : '';
    for (const { fileName, file: head } of await filesIn(project, store)) {
      if (head === null || compareCodePoints(fileName, done) <= 0) continue;
      yield { kind: 'file', id: simpleFileId({ project, fileName }), project, fileName, head } as const;
    }
  }
}

/**
 * What comes of reading an object; null when it went away meanwhile: another sweep took it.
 *
 * @throws GatehouseError `store.*` when it is there, and other than it was
 */
export async function unlessGone<T>(
  { key }: Pick<ObjectHead, 'key'>,
  store: Store,
  work: () => Promise<T>,
): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    const mayBeGone = error instanceof GatehouseError && error.code === 'store.conflict';
    if (mayBeGone && (await store.get(key)) === null) return null;
    throw error;
  }
}
