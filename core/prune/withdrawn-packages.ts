import type { Control, Override } from '../documents/control.ts';
import { readProvenance } from '../documents/provenance.ts';
import { overrideTag } from '../index/index-package.ts';
import type { Manifest, StatePlace } from '../index/manifest.ts';
import { generationOf } from '../index/put-if-newer.ts';
import { readIndex } from '../index/read-index.ts';
import { holdsWithdrawn, stateSource } from '../index/state-source.ts';
import { indexKey, packageKey } from '../layout/keys.ts';
import type { Subdir } from '../names/subdir.ts';
import { sections } from '../outputs/entries/entry-source.ts';
import type { IndexEntry } from '../outputs/entries/index-entry.ts';
import { subdirOutputs } from '../outputs/outputs.ts';
import type { StoredObject } from '../ports/store.ts';
import { GatehouseError } from '../problems/error.ts';
import { isDamaged } from '../store/read-json-object.ts';
import { storedDigests } from '../store/stored-digests.ts';
import { dayMs, type Garbage, type Guard, type PruneWorld } from './garbage.ts';

interface Overridden {
  readonly subdir: Subdir;
  readonly manifest: Manifest;
  readonly control: Control;
  /** Control and manifest as they were read. */
  readonly guards: readonly Guard[];
}

type Withdrawal = NonNullable<Override['withdrawn']>;

/** Bytes that came a moment ago came for somebody, whose control may not say so yet: a sync decides after it fetched. */
const freshForMs = dayMs;

/**
 * The packages that control withdrew and no index shows, fetched by us and still as they were fetched. What a person
 * copied in, or what the index has a problem with, is never one of them. Provenance stays: it says what was served once.
 * Locks and snapshots (docs/decisions.md 12), once there are any, keep packages by name whatever control says: ask here.
 *
 * A sync may want such a package back while it is pruned. One that looked before the deletion and decides after it
 * brings the package back by name only: the index, which looks at bytes, leaves it out, its proof says so, and the next
 * sync fetches it again. One that decided before it changed the guards. A deletion that stalls between the two is made
 * good by the index run that follows every prune.
 *
 * @throws GatehouseError `state.damaged` or `json.invalid` when an index file is behind the state or damaged
 */
export async function* withdrawnPackages(
  world: PruneWorld,
  { subdir, manifest, control, guards }: Overridden,
): AsyncGenerator<Garbage> {
  const served = servedRecords(world, { subdir, manifest });
  for await (const entry of withdrawnEntries(world, { subdir, manifest })) {
    const key = packageKey(world.channel, subdir, entry.filename);
    const withdrawn = withdrawalOf(entry, control.packages[entry.filename] ?? {});
    if (withdrawn === null) continue;
    const object = await world.store.get(key);
    if (object === null || (await served())?.has(entry.filename)) continue;
    if (await isAsFetched(world, { subdir, entry, object })) yield garbage(world, { object, withdrawn, guards });
  }
}

/** What clients read, asked for when the first package is about to go. */
function servedRecords(world: PruneWorld, { subdir, manifest }: Pick<Overridden, 'subdir' | 'manifest'>) {
  let served: ReturnType<typeof readIndex> | undefined;
  return () => {
    served ??= expectPublished({ ...world, subdir }, manifest).then(() =>
      readIndex(world.store, world.channel, subdir),
    );
    return served;
  };
}

function garbage(
  { retain }: PruneWorld,
  { object, withdrawn, guards }: { object: StoredObject; withdrawn: Withdrawal; guards: readonly Guard[] },
): Garbage {
  const { key, etag, size, modified } = object;
  const reason = `withdrawn on ${new Date(withdrawn.at).toISOString().slice(0, 10)}: ${withdrawn.reason}`;
  const due = Math.max(withdrawn.at + retain, modified + freshForMs);
  return { key, etag, size, modified, kind: 'package', reason, due, guards };
}

/** Only segments that hold such entries are read. */
async function* withdrawnEntries(
  world: PruneWorld,
  { subdir, manifest }: Pick<Overridden, 'subdir' | 'manifest'>,
): AsyncGenerator<IndexEntry> {
  const place = { ...world, subdir };
  for (const section of sections) {
    const some = manifest.sections[section].filter(holdsWithdrawn);
    const source = stateSource(place, { ...manifest, sections: { ...manifest.sections, [section]: some } });
    for await (const entries of source.entries(section)) yield* entries.filter(({ kind }) => kind === 'withdrawn');
  }
}

/** The withdrawal that an entry was made under, if control still says it. */
function withdrawalOf({ override }: IndexEntry, now: Override): Withdrawal | null {
  return now.withdrawn !== undefined && override === overrideTag(now) ? now.withdrawn : null;
}

/** Whether the very bytes came from upstream; what cannot be known is not so. */
async function isAsFetched(
  { store, channel }: PruneWorld,
  { subdir, entry, object }: { readonly subdir: Subdir; readonly entry: IndexEntry; readonly object: StoredObject },
): Promise<boolean> {
  const { sha256 } = await storedDigests(object);
  try {
    const entered = await readProvenance(store, { channel, subdir, filename: entry.filename }, sha256);
    return entered?.origin.type === 'upstream';
  } catch (error) {
    if (isDamaged(error)) return false;
    throw error;
  }
}

/**
 * Holds every index file of a subdir against its state: one that is behind may show what the state has withdrawn.
 *
 * @throws GatehouseError `state.damaged` when one is behind, or missing that must be there
 */
async function expectPublished({ store, channel, subdir }: StatePlace, { generation }: Manifest): Promise<void> {
  for (const { file, written } of subdirOutputs) {
    const key = indexKey(channel, subdir, file);
    const object = await store.get(key);
    if (object === null ? written !== 'always' : generationOf(object.metadata) >= generation) continue;
    throw new GatehouseError('state.damaged', `${key} ${object === null ? 'is missing' : 'is behind its state'}`, {
      hint: 'run gatehouse index first',
    });
  }
}
