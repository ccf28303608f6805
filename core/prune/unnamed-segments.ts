import { sections } from '../forms/form.ts';
import type { IndexRoot, StatePlace } from '../index/state/index-root.ts';
import { segmentPrefix, stateKey } from '../layout.ts';
import { day, type Garbage, hour } from './garbage.ts';

/** An indexer that still has to name what it wrote began less than a day ago: a cloud's run ends after 15 minutes. */
const unnamedFor = day;
/** Who publishes an older root still reads its segments, whatever their age: a root must have been there for so long. */
const quietFor = hour;

/**
 * Segments that a subdir's root does not name, with their summaries. Segments are written before the root that names
 * them, so a young one may be about to be named. An old one may be too, when a state comes to be as it was once: the
 * root's tag is compared right before the deletion, and should an indexer get in between, it finds its segment gone when
 * it makes the index files and derives it again (core/steps/index.ts).
 */
export async function* unnamedSegments(
  { store, channel, subdir }: StatePlace,
  { root, etag }: { readonly root: IndexRoot; readonly etag: string },
): AsyncGenerator<Garbage> {
  const prefix = segmentPrefix(channel, subdir);
  const key = stateKey(channel, subdir);
  const named = new Set<string>(sections.flatMap((section) => root.sections[section].map(({ sha256 }) => sha256)));
  const since = (await store.get(key))?.modified ?? Number.POSITIVE_INFINITY;
  for await (const head of store.list(prefix)) {
    const [, sha256] = /^([0-9a-f]{64})(?:\.[a-z0-9-]+)?$/.exec(head.key.slice(prefix.length)) ?? [];
    if (sha256 === undefined || named.has(sha256)) continue;
    const due = Math.max(head.modified + unnamedFor, since + quietFor);
    yield { ...head, kind: 'state', reason: 'no state names it', due, guards: [{ key, etag }] };
  }
}
