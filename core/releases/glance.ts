import type { ProjectName } from '../names/project-name.ts';
import { GatehouseError } from '../problems/error.ts';
import { openProject } from '../python-index/open-project.ts';
import type { ProjectFile } from '../python-index/project-file.ts';
import type { UpstreamWorld } from '../upstream/fetch-with-retry.ts';

/** The files that an index has of a project; null where it has none, or gave no answer at once. */
export type Glance = (index: string, project: ProjectName) => Promise<readonly ProjectFile[] | null>;

/**
 * Looks at projects of which a plan takes nothing, so that nothing is waited for: each is asked for once, and an index that
 * gave no answer is asked no more.
 *
 * @param world whose fetch gives up early
 */
export function openGlance(world: UpstreamWorld): Glance {
  const silent = new Set<string>();
  return async (index, project) => {
    if (silent.has(index)) return null;
    const sleep = async (): Promise<never> => {
      silent.add(index);
      throw new GatehouseError('upstream.unreachable', `${index} gave no answer at once`);
    };
    try {
      return await openProject(index, project, { ...world, clock: { ...world.clock, sleep }, log: () => {} });
    } catch (error) {
      if (error instanceof GatehouseError) return null;
      throw error;
    }
  };
}
