import type { Control } from '../documents/control.ts';
import { readProvenance } from '../documents/provenance.ts';
import { overrideTag } from '../index/index-package.ts';
import type { Manifest, StatePlace } from '../index/manifest.ts';
import { generationOf } from '../index/put-if-newer.ts';
import { readIndex } from '../index/read-index.ts';
import { withdrawnEntries } from '../index/state-source.ts';
import { indexKey, packageKey } from '../layout/keys.ts';
import type { PackageFileName } from '../names/package-file-name.ts';
import type { Subdir } from '../names/subdir.ts';
import { sections } from '../outputs/entries/entry-source.ts';
import { subdirOutputs } from '../outputs/outputs.ts';
import type { StoredObject } from '../ports/store.ts';
import { GatehouseError } from '../problems/error.ts';
import { isDamaged } from '../store/read-json-object.ts';
import { storedDigests } from '../store/stored-digests.ts';
import { freshForMs, type Garbage, type Guard, type PruneWorld, withdrawalOf, withdrawnReason } from './garbage.ts';

interface Overridden {
  readonly subdir: Subdir;
  readonly manifest: Manifest;
  readonly control: Control;
  /** Control and manifest as they were read. */
  readonly guards: readonly Guard[];
}

/**
 * The packages that control withdrew and no index shows, fetched or made by us and still as they were. What a person
 * copied in or published, or what the index has a problem with, is never one of them. Provenance stays: it says what was served once.
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
  let served: ReturnType<typeof servedRecords> | undefined;
  const segments = sections.flatMap((section) => manifest.sections[section]);
  for await (const { filename, override } of withdrawnEntries({ ...world, subdir }, segments)) {
    const now = control.packages[filename] ?? {};
    // Made under another withdrawal than control's of now, if that says one at all.
    const withdrawn = withdrawalOf(now);
    if (withdrawn === undefined || override !== overrideTag(now)) continue;
    const object = await world.store.get(packageKey(world.channel, subdir, filename));
    if (object === null) continue;
    served ??= servedRecords({ ...world, subdir }, manifest);
    if ((await served)?.has(filename) || !(await isAsFetched(object, { ...world, subdir, filename }))) continue;
    const { key, etag, size, modified } = object;
    const reason = withdrawnReason(withdrawn);
    const due = Math.max(withdrawn.at + world.retain, modified + freshForMs);
    yield { key, etag, size, modified, kind: 'package', reason, due, guards };
  }
}

/** Whether the very bytes were fetched or made; what cannot be known is not so. */
async function isAsFetched(
  object: StoredObject,
  { store, channel, subdir, filename }: StatePlace & { readonly filename: PackageFileName },
): Promise<boolean> {
  const { sha256 } = await storedDigests(object);
  try {
    const entered = await readProvenance(store, { channel, subdir, filename }, sha256);
    return entered?.origin.type === 'upstream' || entered?.origin.type === 'made';
  } catch (error) {
    if (isDamaged(error)) return false;
    throw error;
  }
}

/**
 * The records that clients read of a subdir. Every index file is held against its state first: one that is behind may
 * show what the state has withdrawn.
 *
 * @throws GatehouseError `state.damaged` when one is behind, or missing that must be there
 */
async function servedRecords({ store, channel, subdir }: StatePlace, { generation }: Manifest) {
  for (const { file, written } of subdirOutputs) {
    const key = indexKey(channel, subdir, file);
    const object = await store.get(key);
    if (object === null ? written !== 'always' : generationOf(object.metadata) >= generation) continue;
    throw new GatehouseError('state.damaged', `${key} ${object === null ? 'is missing' : 'is behind its state'}`, {
      hint: 'run gatehouse index first',
    });
  }
  return readIndex(store, channel, subdir);
}
