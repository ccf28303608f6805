import { type Sha256, sha256Of } from '../../digest.ts';
import { latestRunSchema, type Run, runMessage } from '../../documents/run.ts';
import { GatehouseError } from '../../error.ts';
import { backOff } from '../../index/back-off.ts';
import { canonicalJson } from '../../json.ts';
import { latestRunKey, runKey } from '../../layout.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Queue } from '../../ports/queue.ts';
import type { Store } from '../../ports/store.ts';
import { putOnce } from '../../put-once.ts';
import { readJsonObject } from '../../read-json-object.ts';
import { readStoredAllowlist } from '../../read-stored-allowlist.ts';
import { readStoredPatches } from '../../read-stored-patches.ts';
import { planSlices } from '../../solve/requests.ts';

export interface StartWorld {
  readonly store: Store;
  readonly clock: Clock;
  /** Where a run's messages go. */
  readonly queue: Queue;
  /** The same queue, whose messages come later. */
  readonly later: Queue;
}

export interface Started {
  readonly status: 'started' | 'superseded';
  readonly run: Sha256;
  readonly slices: number;
}

/**
 * Starts a run over the store's allowlist and hotfixes, in the place of whichever was the latest: sends a message for
 * each slice, and one that makes the plan in any case. Safe to run twice for one trigger.
 *
 * @param trigger names what set it off: the id of a message or event
 * @throws GatehouseError `allowlist.missing`, `allowlist.invalid` or `patches.invalid`; `store.conflict` (retry)
 */
export async function startRun(trigger: string, { store, clock, queue, later }: StartWorld): Promise<Started> {
  const { allowlist, sha256 } = await readStoredAllowlist(store);
  const patches = await readStoredPatches(store);
  // Hotfixes that cannot be read are reported once, here, and not slice by slice.
  patches.parse();
  const id = sha256Of(`${sha256} ${patches.sha256} ${trigger}`);
  const slices = planSlices(allowlist).length;
  const run: Run = {
    version: 1,
    allowlist: sha256,
    patches: patches.sha256,
    startedAt: clock.now(),
    slices,
    done: [],
    plan: null,
    stage: 'planning',
  };
  if (!(await takePlace(id, { store, clock }))) return { status: 'superseded', run: id, slices };
  await putOnce(store, runKey(id), Buffer.from(canonicalJson(run)));
  await later.send([runMessage({ type: 'merge', run: id })]);
  const messages = Array.from({ length: slices }, (_, slice) => runMessage({ type: 'slice', run: id, slice }));
  await queue.send(slices === 0 ? [runMessage({ type: 'merge', run: id })] : messages);
  return { status: 'started', run: id, slices };
}

const maxAttempts = 10;

/**
 * Makes a run the latest, unless it has been that before and another came after it. A run that loses to another that
 * starts at the same time is tried again here, and so comes after it: a message that fails would not come again for an
 * hour and a half.
 */
async function takePlace(id: Sha256, { store, clock }: Pick<StartWorld, 'store' | 'clock'>): Promise<boolean> {
  const bytes = Buffer.from(canonicalJson({ version: 1, run: id }));
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const latest = await readJsonObject(store, latestRunKey, latestRunSchema);
    if (latest?.value.run === id) return true;
    if ((await store.get(runKey(id))) !== null) return false;
    const outcome = await store.put(latestRunKey, bytes, latest === null ? { absent: true } : { etag: latest.etag });
    if (outcome.status === 'written') return true;
    await backOff(clock, attempt);
  }
  throw new GatehouseError('store.conflict', 'others kept starting runs at the same time', { retry: true });
}
