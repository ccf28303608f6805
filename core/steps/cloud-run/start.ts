import { readStoredAllowlist } from '../../documents/allowlist/stored-allowlist.ts';
import { failedFetches } from '../../documents/failed-fetch.ts';
import { readStoredPatches } from '../../documents/patches/stored-patches.ts';
import { latestRunSchema, type Round, type Run, runId, runMessage, runSchema } from '../../documents/run.ts';
import { canonicalJson } from '../../json/json.ts';
import { latestRunKey, runKey } from '../../layout/keys.ts';
import type { Sha256 } from '../../names/digest.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Queue } from '../../ports/queue.ts';
import type { Store } from '../../ports/store.ts';
import { planSlices } from '../../solve/requests.ts';
import { putOnce } from '../../store/put-once.ts';
import { readJsonObject } from '../../store/read-json-object.ts';
import { updateJson } from '../../store/update-json.ts';

export interface StartWorld {
  readonly store: Store;
  readonly clock: Clock;
  /** Where a run's messages go. */
  readonly queue: Queue;
  /** The same queue, whose messages come later. */
  readonly later: Queue;
}

/** The run that another goes on for, which is the latest then, or it is not started. */
interface GoesOn {
  readonly after: Sha256;
  readonly round: Round;
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
 * @param goesOn null of a run that plans by all there is
 * @throws GatehouseError `allowlist.missing`, `allowlist.invalid` or `patches.invalid`; `store.conflict` (retry)
 */
export async function startRun(
  trigger: string,
  { store, clock, queue, later }: StartWorld,
  goesOn: GoesOn | null = null,
): Promise<Started> {
  const { allowlist, sha256 } = await readStoredAllowlist(store);
  const patches = await readStoredPatches(store);
  // Hotfixes that cannot be read are reported once, here, and not slice by slice.
  patches.parse();
  const id = runId({ allowlist: sha256, patches: patches.sha256 }, trigger);
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
    ...(goesOn && { round: goesOn.round, ...(await failedBefore(goesOn, store)) }),
  };
  if (!(await takePlace(id, goesOn, { store, clock }))) return { status: 'superseded', run: id, slices };
  await putOnce(store, runKey(id), Buffer.from(canonicalJson(run)));
  await later.send([runMessage({ type: 'merge', run: id })]);
  const messages = Array.from({ length: slices }, (_, slice) => runMessage({ type: 'slice', run: id, slice }));
  await queue.send(slices === 0 ? [runMessage({ type: 'merge', run: id })] : messages);
  return { status: 'started', run: id, slices };
}

/** What the run before could not fetch, and those that it went on for. */
async function failedBefore({ after }: GoesOn, store: Store): Promise<Pick<Run, 'without'>> {
  const before = (await readJsonObject(store, runKey(after), runSchema))?.value;
  if (before === undefined || before.plan === null) return {};
  const failed = await failedFetches(store, before.plan, before.startedAt);
  const without = [...new Set([...(before.without ?? []), ...failed.keys()])].sort();
  return without.length === 0 ? {} : { without };
}

/**
 * Makes a run the latest, unless it has been that before and another came after it. A run that loses to another that
 * starts at the same time is tried again here, and so comes after it: a message that fails comes again a minute
 * later at best.
 */
async function takePlace(
  id: Sha256,
  goesOn: GoesOn | null,
  { store, clock }: Pick<StartWorld, 'store' | 'clock'>,
): Promise<boolean> {
  const read = () => readJsonObject(store, latestRunKey, latestRunSchema);
  const object = { key: latestRunKey, read, conflict: 'others kept starting runs at the same time' };
  const latest = await updateJson({ store, clock }, object, async (current) => {
    const wasLatest = current?.run === id || (await store.get(runKey(id))) !== null;
    const isOver = goesOn !== null && current?.run !== goesOn.after;
    return wasLatest || isOver ? null : { version: 1 as const, run: id };
  });
  return latest?.run === id;
}
