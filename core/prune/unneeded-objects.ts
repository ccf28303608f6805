import type { Manifest, StatePlace } from '../index/manifest.ts';
import { channelPlace } from '../layout/channel-place.ts';
import { heldPrefix } from '../layout/gate-keys.ts';
import { cachedDocumentPrefix, indexKey, planPrefix, segmentPrefix, shardsFolder, stateKey } from '../layout/keys.ts';
import { sections } from '../outputs/entries/entry-source.ts';
import { unaskedOutputKeys } from '../outputs/outputs.ts';
import { readShardIndex, shardIndexKey } from '../outputs/shards/shard-index.ts';
import { GatehouseError } from '../problems/error.ts';
import { dayMs, type Garbage, hourMs, type PruneWorld } from './garbage.ts';

/** Index files of options that are off by now: kept up to date for who reads them, until they are deleted here. */
export async function* unaskedOutputs({
  asked,
  ...place
}: StatePlace & Pick<PruneWorld, 'asked'>): AsyncGenerator<Garbage> {
  for (const key of unaskedOutputKeys(place, asked)) {
    const object = await place.store.get(key);
    if (object === null) continue;
    const { etag, size, modified } = object;
    yield { key, etag, size, modified, kind: 'form', reason: 'no option asks for it', due: modified, guards: [] };
  }
}

/** micromamba keeps a shard index for 24 hours whatever Cache-Control says: twice that. */
const shardsHeldForMs = 2 * dayMs;

/**
 * Shards that the shard index of now does not name. A client may hold the index of before, so they go when the one of
 * now has been there for two days. Where there is none, nobody can tell for how long: each stays for `retain` days.
 *
 * @throws GatehouseError when the shard index cannot be read
 */
export async function* unnamedShards({
  store,
  channel,
  subdir,
  retain,
}: StatePlace & Pick<PruneWorld, 'retain'>): AsyncGenerator<Garbage> {
  const key = shardIndexKey(channel, subdir);
  const index = await store.read(key);
  const named = index === null ? new Set<string>() : await shardsOf(index.bytes, key);
  const prefix = `${indexKey(channel, subdir, shardsFolder)}/`;
  // A link among them hides no shard: verify names it.
  for await (const head of store.list(prefix, () => {})) {
    const place = channelPlace(head.key);
    if (place.kind !== 'shard' || named.has(place.sha256)) continue;
    const due = index === null ? head.modified + retain : Math.max(head.modified, index.modified) + shardsHeldForMs;
    const guards = [{ key, etag: index?.etag ?? null }];
    yield { ...head, kind: 'shard', reason: 'no shard index names it', due, guards };
  }
}

async function shardsOf(bytes: Uint8Array, what: string): Promise<ReadonlySet<string>> {
  try {
    const { shards } = await readShardIndex(bytes, what);
    return new Set(Object.values(shards));
  } catch (cause) {
    if (!(cause instanceof GatehouseError)) throw cause;
    throw new GatehouseError('json.invalid', cause.message, { cause });
  }
}

/** An indexer that still has to name what it wrote began less than a day ago: a cloud's run ends after 15 minutes. */
const unnamedForMs = dayMs;
/** An indexer that publishes an older manifest still reads its segments, whatever their age: so long a manifest must stand. */
const manifestStoodForMs = hourMs;

/**
 * Segments that a subdir's manifest does not name, with their summaries. Segments are written before the manifest that
 * names them, so a young one may be about to be named. An old one may be too, when a state comes to be as it was once:
 * the manifest's tag is compared right before the deletion, and should an indexer get in between, it finds its segment
 * gone when it makes the index files and derives it again (core/steps/index-subdir.ts).
 */
export async function* unnamedSegments(
  { store, channel, subdir }: StatePlace,
  { manifest, etag }: { readonly manifest: Manifest; readonly etag: string },
): AsyncGenerator<Garbage> {
  const prefix = segmentPrefix(channel, subdir);
  const key = stateKey(channel, subdir);
  const named = new Set<string>(sections.flatMap((section) => manifest.sections[section].map(({ sha256 }) => sha256)));
  const since = (await store.get(key))?.modified ?? Number.POSITIVE_INFINITY;
  for await (const head of store.list(prefix)) {
    const [, sha256] = /^([0-9a-f]{64})(?:\.[a-z0-9-]+)?$/.exec(head.key.slice(prefix.length)) ?? [];
    if (sha256 === undefined || named.has(sha256)) continue;
    const due = Math.max(head.modified + unnamedForMs, since + manifestStoodForMs);
    yield { ...head, kind: 'state', reason: 'no state names it', due, guards: [{ key, etag }] };
  }
}

/** Whoever reads a document of the cache makes it young again (adapters/cache-folder.ts). */
const documentUnusedForMs = 30 * dayMs;

/**
 * What is kept for a while and belongs to no subdir: plans, bytes that the gate holds, which whoever still wants them fetches
 * again, and in a folder upstream's documents. What was recalled stays, for the auditor.
 */
export async function* agedObjects({ store, retain }: PruneWorld): AsyncGenerator<Garbage> {
  for await (const head of store.list(planPrefix)) {
    yield { ...head, kind: 'plan', reason: 'its fetches are long over', due: head.modified + retain, guards: [] };
  }
  for await (const head of store.list(heldPrefix)) {
    yield {
      ...head,
      kind: 'held',
      reason: 'the gate held it, and nothing let it in',
      due: head.modified + retain,
      guards: [],
    };
  }
  for await (const head of store.list(cachedDocumentPrefix)) {
    const due = head.modified + documentUnusedForMs;
    yield { ...head, kind: 'document', reason: 'unused for 30 days', due, guards: [] };
  }
}
