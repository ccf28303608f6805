import { type Applied, nothingApplied, writeDecisions, writePlan } from '../../diff/write-plan.ts';
import { markOpened } from '../../documents/gate/opened.ts';
import { fetchedFirst } from '../../documents/job.ts';
import { type Plan, readPlan } from '../../documents/plan.ts';
import { jobsByPart } from '../../documents/plan-part.ts';
import { enterStage, isBefore, isLatest, openRun, type Run, runMessage, updateRun } from '../../documents/run.ts';
import type { Sha256 } from '../../names/digest.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Queue } from '../../ports/queue.ts';
import type { Problem } from '../../problems/problem.ts';
import { failedOf, heldOf, missingOf } from '../../status/missing-files.ts';
import type { ChannelStore } from '../../store/list-packages.ts';

export interface AdvanceWorld extends ChannelStore {
  readonly clock: Clock;
  /** Where a run's messages go. */
  readonly queue: Queue;
  readonly later: Queue;
  readonly jobs: Queue;
}

export interface Advanced {
  /**
   * `given up`: what is missing does not come, or has not in days; nothing that is served was changed. `around`: all else has
   * come, and the rest is held by the gate or cannot be fetched: another run goes on, whose plan does without.
   */
  readonly status: 'waiting' | 'settled' | 'given up' | 'superseded' | 'around';
  /** Ids of artifacts and of files for pip that the plan adds and the store does not have. */
  readonly missing: readonly string[];
  /** Those of them that came, and that the gate holds. */
  readonly held: readonly string[];
  /** Those of them that were tried, and cannot be fetched. */
  readonly failed: readonly Problem[];
  readonly applied: Applied;
}

const nothingMissing = { missing: [], held: [], failed: [], applied: nothingApplied };

/** 2 days: more than the tries of a job and a redrive take; the next run plans anew what did not come. */
const maxWaitForFetchesMs = 2 * 24 * 60 * 60 * 1000;

/**
 * Sees what has arrived of a run's plan. Who needs what is written to control at once; second formats are sent for when
 * all else is there; what changes the index waits until everything is. Comes back later until then. Where all else is there and
 * the rest is held by the gate or cannot be fetched, it sends for a run that plans around that, twice at most: one file keeps
 * nothing back but what needs it. Safe to run twice and by many at once.
 *
 * @throws GatehouseError `store.*`; `json.invalid` when control is damaged
 */
export async function advanceRun(id: Sha256, world: AdvanceWorld): Promise<Advanced> {
  const { store } = world;
  const opened = await openRun(store, id);
  const planId = opened?.run.plan ?? null;
  if (opened === null || planId === null) return { ...nothingMissing, status: 'superseded' };
  const { run } = opened;
  if (run.stage === 'settled') return { ...nothingMissing, status: 'settled' };
  const plan = await readPlan(store, planId);
  const missing = run.stage === 'altering' ? [] : await missingOf(plan, world);
  return missing.length === 0 ? settle(id, plan, world) : waitFor(missing, { id, run, plan, planId }, world);
}

async function settle(id: Sha256, plan: Plan, world: AdvanceWorld): Promise<Advanced> {
  const { store } = world;
  // Entered before the write, so that nobody who looked earlier writes an older override over a change.
  await enterStage(id, 'altering', world);
  const applied = await writePlan(plan, { ...world, isCurrent: () => isLatest(store, id) });
  // Before the run has ended: whoever is cut off between the two comes to an ended run, and looks no further.
  await markOpened(store, world.clock);
  await enterStage(id, 'settled', world);
  return { ...nothingMissing, status: 'settled', applied };
}

interface Planned {
  readonly id: Sha256;
  readonly run: Run;
  readonly plan: Plan;
  readonly planId: Sha256;
}

async function waitFor(missing: readonly string[], planned: Planned, world: AdvanceWorld): Promise<Advanced> {
  const { id, run, plan, planId } = planned;
  const applied = await writeDecisions(plan, { ...world, isCurrent: () => isUnchanged(id, world) });
  const held = await heldOf(missing, { plan, since: run.startedAt }, world.store);
  const failed = await failedOf(missing, { planId, since: run.startedAt }, world.store);
  const told = { missing, held, failed, applied };
  const isFirst = new Set(fetchedFirst(plan));
  const isSent = (artifact: string) => run.stage === 'fetching-second' || isFirst.has(artifact);
  const lost = new Set([...held, ...failed.map(({ subject }) => subject)]);
  const isComing = missing.some((artifact) => isSent(artifact) && !lost.has(artifact));
  if (lost.size > 0 && !isComing && run.round !== 3) {
    await world.queue.send([runMessage({ type: 'around', run: id, round: run.round === 2 ? 3 : 2 })]);
    return { status: 'around', ...told };
  }
  if (run.stage !== 'fetching-second' && !missing.some((artifact) => isFirst.has(artifact))) {
    await world.jobs.send(jobsByPart(planId, plan, missing));
    await enterStage(id, 'fetching-second', world);
  }
  const isLate = world.clock.now() >= run.startedAt + maxWaitForFetchesMs;
  if (isLate || (lost.size > 0 && !isComing)) {
    await enterStage(id, 'settled', world);
    return { status: 'given up', ...told };
  }
  await noteMissing(id, missing.length, world);
  await world.later.send([runMessage({ type: 'settle', run: id })]);
  return { status: 'waiting', ...told };
}

/** Says in the run how much has come: one that comes on no more is told of. */
async function noteMissing(id: Sha256, missing: number, world: AdvanceWorld): Promise<void> {
  const movedAt = world.clock.now();
  await updateRun(id, world, (run) => (run.missing === missing ? null : { ...run, missing, movedAt }));
}

/** Whether a run is still the one to be carried out, and has not begun to change what is served. */
async function isUnchanged(id: Sha256, { store }: AdvanceWorld): Promise<boolean> {
  const opened = await openRun(store, id);
  return opened !== null && isBefore(opened.run, 'altering');
}
