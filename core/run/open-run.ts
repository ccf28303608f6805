import type { Allowlist } from '../allowlist/parse-allowlist.ts';
import type { Sha256 } from '../digest.ts';
import { GatehouseError } from '../error.ts';
import { backOff } from '../index/back-off.ts';
import { canonicalJson } from '../json.ts';
import { latestRunKey, runKey } from '../layout.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { type JsonObject, readJsonObject } from '../read-json-object.ts';
import { readStoredAllowlist } from '../read-stored-allowlist.ts';
import { readStoredPatches, type StoredPatches } from '../read-stored-patches.ts';
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

const attempts = 20;

/**
 * Writes what `change` makes of a run, under compare-and-swap. Null leaves it as it is.
 *
 * @returns the run as it is then
 * @throws GatehouseError `store.conflict` (retry)
 */
export async function updateRun(
  id: Sha256,
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  change: (run: Run) => Run | null,
): Promise<Run> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const { value: run, etag } = await readRun(store, id);
    const next = change(run);
    if (next === null) return run;
    const outcome = await store.put(runKey(id), Buffer.from(canonicalJson(next)), { etag });
    if (outcome.status === 'written') return next;
    await backOff(clock, attempt);
  }
  throw new GatehouseError('store.conflict', `${runKey(id)} kept changing`, { retry: true });
}
