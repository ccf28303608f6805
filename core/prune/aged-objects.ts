import { cachedDocumentPrefix, planPrefix } from '../layout.ts';
import { day, type Garbage } from './garbage.ts';
import type { PruneWorld } from './prune-world.ts';

/** Whoever reads a document of the cache makes it young again (adapters/cache-folder.ts). */
const unused = 30 * day;

/** What is kept for a while and belongs to no subdir: plans, and in a folder upstream's documents. */
export async function* agedObjects({ store, retain }: PruneWorld): AsyncGenerator<Garbage> {
  for await (const head of store.list(planPrefix)) {
    yield { ...head, kind: 'plan', reason: 'its fetches are long over', due: head.modified + retain, guards: [] };
  }
  for await (const head of store.list(cachedDocumentPrefix)) {
    yield { ...head, kind: 'document', reason: 'unused for 30 days', due: head.modified + unused, guards: [] };
  }
}
