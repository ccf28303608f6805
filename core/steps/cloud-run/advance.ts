import { type Applied, nothingApplied, writeDecisions, writePlan } from '../../diff/write-plan.ts';
import { artifactId, artifactJobs, fetchedFirst, idsToAdd, type Plan, readPlan } from '../../documents/plan.ts';
import { enterStage, isBefore, isLatest, openRun, runMessage } from '../../documents/run.ts';
import type { Sha256 } from '../../names/digest.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Queue } from '../../ports/queue.ts';
import type { Store } from '../../ports/store.ts';
import { type ChannelStore, listPackages } from '../../store/list-packages.ts';

export interface AdvanceWorld extends ChannelStore {
  readonly clock: Clock;
  readonly later: Queue;
  readonly jobs: Queue;
}

export interface Advanced {
  /** `given up`: what is missing has not come in days; nothing that is served was changed. */
  readonly status: 'waiting' | 'settled' | 'given up' | 'superseded';
  /** Ids of artifacts and of files for pip that the plan adds and the store does not have. */
  readonly missing: readonly string[];
  readonly applied: Applied;
}

/** 2 days: more than the tries of a job and a redrive take; the next run plans anew what did not come. */
const maxWaitForFetchesMs = 2 * 24 * 60 * 60 * 1000;

/**
 * Sees what has arrived of a run's plan. Who needs what is written to control at once; second formats are sent for when
 * all else is there; what changes the index waits until everything is. Comes back later until then. Safe to run twice and
 * by many at once.
 *
 * @throws GatehouseError `store.*`; `json.invalid` when control is damaged
 */
export async function advanceRun(id: Sha256, world: AdvanceWorld): Promise<Advanced> {
  const { store } = world;
  const opened = await openRun(store, id);
  if (opened === null || opened.run.plan === null) {
    return { status: 'superseded', missing: [], applied: nothingApplied };
  }
  const { run } = opened;
  if (run.stage === 'settled') return { status: 'settled', missing: [], applied: nothingApplied };
  const plan = await readPlan(store, opened.run.plan);
  const missing = run.stage === 'altering' ? [] : await missingOf(plan, world);
  if (missing.length === 0) {
    // Entered before the write, so that nobody who looked earlier writes an older override over a change.
    await enterStage(id, 'altering', world);
    const applied = await writePlan(plan, { ...world, isCurrent: () => isLatest(store, id) });
    await enterStage(id, 'settled', world);
    return { status: 'settled', missing, applied };
  }
  const applied = await writeDecisions(plan, { ...world, isCurrent: () => isUnchanged(id, world) });
  const first = new Set(fetchedFirst(plan));
  if (run.stage !== 'fetching-second' && !missing.some((artifact) => first.has(artifact))) {
    await world.jobs.send(artifactJobs(opened.run.plan, missing));
    await enterStage(id, 'fetching-second', world);
  }
  if (world.clock.now() >= run.startedAt + maxWaitForFetchesMs) {
    await enterStage(id, 'settled', world);
    return { status: 'given up', missing, applied };
  }
  await world.later.send([runMessage({ type: 'settle', run: id })]);
  return { status: 'waiting', missing, applied };
}

async function missingOf(plan: Plan, { store, channel }: AdvanceWorld): Promise<string[]> {
  const missing = new Set(idsToAdd(plan));
  if (plan.add.length > 0) for await (const found of listPackages(store, channel)) missing.delete(artifactId(found));
  for (const id of await wholeFiles(plan, store)) missing.delete(id);
  return [...missing];
}

/**
 * The files for pip that a plan adds and that are there with their metadata, by their ids, which are their keys. One that
 * lost its metadata has a job as well, and nothing may leave before it is whole.
 */
async function wholeFiles({ simple }: Plan, store: Store): Promise<string[]> {
  if (simple.add.length === 0) return [];
  const lacking = new Set(simple.add.flatMap((id) => [id, `${id}.metadata`]));
  for await (const { key } of store.list('simple/', () => {})) lacking.delete(key);
  return simple.add.filter((id) => !lacking.has(id) && !lacking.has(`${id}.metadata`));
}

/** Whether a run is still the one to be carried out, and has not begun to change what is served. */
async function isUnchanged(id: Sha256, { store }: AdvanceWorld): Promise<boolean> {
  const opened = await openRun(store, id);
  return opened !== null && isBefore(opened.run, 'altering');
}
