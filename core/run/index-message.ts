import type { Subdir } from '../subdir.ts';

/** What the indexer is told when all of a subdir is to be looked at. */
export const indexMessage = (subdir: Subdir): string => JSON.stringify({ type: 'index', subdir });
