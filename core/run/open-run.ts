import type { Allowlist } from '../allowlist/parse-allowlist.ts';
import type { Sha256 } from '../digest.ts';
import { GatehouseError } from '../error.ts';
import { latestRunKey, runKey } from '../layout.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { type JsonObject, readJsonObject } from '../read-json-object.ts';
import { readStoredAllowlist } from '../read-stored-allowlist.ts';
import { readStoredPatches, type StoredPatches } from '../read-stored-patches.ts';
import { updateJson } from '../update-json.ts';
import { latestRunSchema, type Run, runSchema } from './run.ts';

export interface OpenRun {
  readonly run: Run;
  readonly allowlist: Allowlist;
  readonly patches: StoredPatches;
}

/** A run with what it is about; null when a later run, another allowlist or other hotfixes have taken its place. */
export async function openRun(store: Store, id: Sha256): Promise<OpenRun | null> {
  if (!(await isLatest(store, id))) return null;
  const { value: run } = await readRun(store, id);
  const { allowlist, sha256 } = await readStoredAllowlist(store);
  const patches = await readStoredPatches(store);
  return sha256 === run.allowlist && patches.sha256 === run.patches ? { run, allowlist, patches } : null;
}

export async function isLatest(store: Store, id: Sha256): Promise<boolean> {
  return (await readJsonObject(store, latestRunKey, latestRunSchema))?.value.run === id;
}

async function readRun(store: Store, id: Sha256): Promise<JsonObject<Run>> {
  const read = await readJsonObject(store, runKey(id), runSchema);
  // Its messages are sent once it is there, but who takes its place may be cut off before.
  if (read === null) throw new GatehouseError('state.damaged', `${runKey(id)} is gone`, { hint: 'start another run' });
  return read;
}

/**
 * Writes what `change` makes of a run, under compare-and-swap. Null leaves it as it is.
 *
 * @returns the run as it is then
 * @throws GatehouseError `store.conflict` (retry)
 */
export async function updateRun(
  id: Sha256,
  world: { readonly store: Store; readonly clock: Clock },
  change: (run: Run) => Run | null,
): Promise<Run> {
  const key = runKey(id);
  const object = { key, read: () => readRun(world.store, id), conflict: `${key} kept changing` };
  return updateJson<Run, never>(world, object, change);
}
