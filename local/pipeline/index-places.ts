import type { Gate } from '../../core/gate/gate.ts';
import type { ObjectKey } from '../../core/layout/keys.ts';
import type { ProjectName } from '../../core/names/project-name.ts';
import type { Subdir } from '../../core/names/subdir.ts';
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
  /** Keys of the packages that changed, where only these did. */
  readonly hints?: readonly ObjectKey[];
}

type IndexingWorld = Pick<World, 'store' | 'channel' | 'clock'> & { readonly log: Log; readonly gate: Gate };

/**
 * Indexes the subdirs and projects in which files or control changed, and what is made of all subdirs.
 *
 * @returns what indexing found wrong
 * @throws GatehouseError `store.denied` for credentials that may not index
 */
export async function indexTouched(
  { subdirs, projects, hints }: Places,
  { forms }: Pick<Configured, 'forms'>,
  world: IndexingWorld,
): Promise<Problem[]> {
  const simple = projects.length === 0 ? null : await indexProjects(projects, world);
  const problems = simple === null ? [] : [...simple.projects.flatMap((one) => one.problems), ...simple.problems];
  for (const subdir of new Set(subdirs)) {
    const indexing = { ...world, asked: new Set(forms) };
    problems.push(...(await indexSubdir(subdir, indexing, hints === undefined ? {} : { hints })).problems);
  }
  if (subdirs.length > 0) await indexChannel(world);
  return problems;
}

/** The same by credentials for a bucket that may not do so: they leave it to the stack, which the change itself told. */
export async function indexPlaces(
  places: Places,
  configured: Pick<Configured, 'forms'>,
  world: IndexingWorld,
): Promise<Problem[]> {
  try {
    return await indexTouched(places, configured, world);
  } catch (error) {
    if (!(error instanceof GatehouseError) || error.code !== 'store.denied') throw error;
    world.log({ type: 'index.left' });
    return [];
  }
}
