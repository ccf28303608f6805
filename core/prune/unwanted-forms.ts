import type { Subdir } from '../subdir.ts';
import type { Garbage } from './garbage.ts';
import type { PruneWorld } from './prune-world.ts';

/** Index files of options that are off by now. No option can be on yet, and so nothing is left of one. */
export const unwantedForms = async (_world: PruneWorld, _subdir: Subdir): Promise<readonly Garbage[]> => [];
