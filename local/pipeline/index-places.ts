import type { ProjectName } from '../../core/names/project-name.ts';
import { noarch, type Subdir } from '../../core/names/subdir.ts';
import type { Log } from '../../core/ports/log.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import type { Problem } from '../../core/problems/problem.ts';
import { indexChannel } from '../../core/steps/index-channel.ts';
import { indexProjects } from '../../core/steps/index-projects.ts';
import { indexSubdir } from '../../core/steps/index-subdir.ts';
import type { Configured } from '../world/known-allowlist.ts';
import type { World } from '../world/open-world.ts';

export interface Places {
  readonly subdirs: readonly Subdir[];
  readonly projects: readonly ProjectName[];
}

type IndexingWorld = Pick<World, 'store' | 'channel' | 'clock'> & { readonly log: Log };

/**
 * Indexes the subdirs and projects in which files or control changed, `noarch` with them: clients fail on a channel whose
 * noarch index is missing. Credentials for a bucket that may not do so leave it to the stack, which the change itself told.
 *
 * @returns what indexing found wrong
 */
export async function indexPlaces(
  places: Places,
  configured: Pick<Configured, 'forms'>,
  world: IndexingWorld,
): Promise<Problem[]> {
  try {
    return await indexAll(places, configured, world);
  } catch (error) {
    if (!(error instanceof GatehouseError) || error.code !== 'store.denied') throw error;
    world.log({ type: 'index.left' });
    return [];
  }
}

async function indexAll(
  { subdirs, projects }: Places,
  { forms }: Pick<Configured, 'forms'>,
  world: IndexingWorld,
): Promise<Problem[]> {
  const problems: Problem[] = [];
  const touched = subdirs.length === 0 ? [] : new Set([noarch, ...subdirs]);
  for (const subdir of touched) {
    problems.push(...(await indexSubdir(subdir, { ...world, asked: new Set(forms) })).problems);
  }
  if (subdirs.length > 0) await indexChannel(world);
  if (projects.length === 0) return problems;
  const simple = await indexProjects(projects, world);
  return [...problems, ...simple.projects.flatMap((project) => project.problems), ...simple.problems];
}
