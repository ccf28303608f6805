import {
  type ChannelName,
  channeldataKey,
  indexKey,
  projectPageKey,
  rootPageKey,
  simplePages,
  simplePrefix,
} from '../core/layout/keys.ts';
import type { ProjectName } from '../core/names/project-name.ts';
import type { Subdir } from '../core/names/subdir.ts';
import { outputs } from '../core/outputs/outputs.ts';

/**
 * The paths of index files, each by its name: CloudFront takes 15 wildcards at a time, and each runs for minutes.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/InvalidationLimits.html
 *
 * @param asked the index files by option that the allowlist asks for
 */
export function indexPaths(channel: ChannelName, subdirs: readonly Subdir[], asked: ReadonlySet<string>): string[] {
  const changing = outputs.filter(({ scope, cache }) => scope === 'subdir' && cache === 'one minute');
  const files = changing.filter(({ written, file }) => written !== 'option' || asked.has(file));
  const paths = subdirs.flatMap((subdir) => files.map(({ file }) => `/${indexKey(channel, subdir, file)}`));
  return [...paths, `/${channeldataKey(channel)}`];
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
