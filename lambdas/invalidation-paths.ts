import {
  channeldataKey,
  indexKey,
  type ObjectKey,
  projectPageKey,
  rootPageKey,
  servedPath,
  simpleMetadataKey,
  simplePages,
  simplePrefix,
} from '../core/layout/keys.ts';
import { encodePath } from '../core/layout/route.ts';
import { sha256Of } from '../core/names/digest.ts';
import type { ProjectName } from '../core/names/project-name.ts';
import type { Subdir } from '../core/names/subdir.ts';
import { outputs } from '../core/outputs/outputs.ts';
import { isRecalled } from '../core/recall/note-recall.ts';
import { recalledHere } from '../core/recall/release.ts';
import { keyOfPlace } from '../core/recall/served-file.ts';
import type { CloudWorld, IndexerWorld } from './world.ts';

/**
 * The paths of index files, as clients ask for them and as the edge function rewrites that, each by its name: CloudFront takes 15 wildcards at a time, and each runs for minutes.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/InvalidationLimits.html
 *
 * @param asked the index files by option that the allowlist asks for
 */
export function indexPaths(
  { channel, servedName }: Pick<IndexerWorld, 'channel' | 'servedName'>,
  subdirs: readonly Subdir[],
  asked: ReadonlySet<string>,
): string[] {
  const changing = outputs.filter(({ scope, cache }) => scope === 'subdir' && cache === 'one minute');
  const files = changing.filter(({ written, file }) => written !== 'option' || asked.has(file));
  const keys = subdirs.flatMap((subdir) => files.map(({ file }) => indexKey(channel, subdir, file)));
  return [...keys, channeldataKey(channel)].flatMap((key) => [`/${key}`, servedPath(key, servedName)]);
}

/** Of 3,000 paths that CloudFront takes at a time, three a project: beyond, one wildcard for all. */
const maxProjectsByName = 300;

/**
 * The paths of the pages of projects and of their list: as clients ask for them, and as the edge function rewrites that.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-specifying-objects.html
 */
export function projectPaths(projects: readonly ProjectName[]): string[] {
  if (projects.length > maxProjectsByName) return ['/simple/*'];
  const root = ['/simple/', ...simplePages.map((page) => `/${rootPageKey(page)}`)];
  const pagesOf = (project: ProjectName) => [
    `/${simplePrefix(project)}`,
    ...simplePages.map((page) => `/${projectPageKey(project, page)}`),
  ];
  return [...root, ...projects.flatMap(pagesOf)];
}

/**
 * The paths of files: as clients ask for them, and as the edge function writes that, by which they are kept.
 *
 * @param name of the channel
 */
export function filePaths(keys: readonly ObjectKey[], name: string): string[] {
  const paths = keys.flatMap((key) => [`/${key}`, servedPath(key, name)]);
  return [...new Set(paths.flatMap((path) => [encodePath(path), path]))].sort();
}

/** 3 days: what was recalled since the sweep before the last began. */
const recentMs = 3 * 24 * 60 * 60 * 1000;

/** The keys of what was recalled of a half of its bucket in the last days, whoever did so. */
export async function recentlyRecalled({ store, channel, clock }: CloudWorld): Promise<ObjectKey[]> {
  const keys: ObjectKey[] = [];
  for await (const { file, recall } of recalledHere({ store, channel })) {
    if (!isRecalled(recall) || clock.now() - recall.at > recentMs) continue;
    keys.push(keyOfPlace(file));
    if (file.kind === 'file') keys.push(simpleMetadataKey(file.project, file.fileName));
  }
  return keys;
}

/** CloudFront has no more than so many under way at a time. */
const maxPathsAtOnce = 3000;

/**
 * Has the edges forget paths. Each batch has a name that tells when it is asked for and what it holds: CloudFront takes one
 * of a name that it knows for done, so that who is tried again comes to the next.
 *
 * @throws when CloudFront refuses a batch: another invalidation is under way
 */
export async function invalidateInBatches(
  paths: readonly string[],
  startedAt: number,
  purge: (paths: readonly string[], reference: string) => Promise<void>,
): Promise<void> {
  for (let at = 0; at < paths.length; at += maxPathsAtOnce) {
    const batch = paths.slice(at, at + maxPathsAtOnce);
    await purge(batch, sha256Of(`${startedAt} ${batch.join(' ')}`));
  }
}
