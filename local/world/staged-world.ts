import { hasStaged } from '../../core/store/staged-telling.ts';
import { stagingStore } from '../../core/store/staging-store.ts';
import type { World } from './open-world.ts';

/**
 * The world of a step that works on what is staged; null where nothing is. It has no threads: those read the folder
 * themselves, and know the channel alone.
 */
export async function stagedWorld(world: World): Promise<World | null> {
  if (!(await hasStaged(world.store))) return null;
  const { indexThreads: _, ...rest } = world;
  return { ...rest, store: stagingStore(world.store) };
}
