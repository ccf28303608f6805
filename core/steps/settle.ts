import type { Sha256 } from '../digest.ts';
import type { ChannelName } from '../layout.ts';
import { listPackages } from '../list-packages.ts';
import { artifactId, artifactJobs, type Plan } from '../plan.ts';
import { type Applied, writeDecisions } from '../planning/write-decisions.ts';
import type { Clock } from '../ports/clock.ts';
import type { Queue } from '../ports/queue.ts';
import type { Store } from '../ports/store.ts';
import { readPlan } from '../read-plan.ts';
import { isLatest, openRun, updateRun } from '../run/open-run.ts';
import type { Run } from '../run/run.ts';
import { runMessage } from '../run/run-message.ts';

export interface SettleWorld {
  readonly store: Store;
  readonly channel: ChannelName;
  readonly clock: Clock;
  readonly later: Queue;
  readonly jobs: Queue;
}

export interface Settled {
  /** `given up`: what is missing has not come in days; nothing was altered. */
  readonly status: 'waiting' | 'settled' | 'given up' | 'superseded';
  /** Ids of artifacts that the plan adds and the store does not have. */
  readonly missing: readonly string[];
  readonly applied: Applied;
}

const nothing: Applied = { changed: [], dropped: [], hotfixed: [] };

/** 2 days: more than the tries of a job and a redrive take; the next run plans anew what did not come. */
const patience = 2 * 24 * 60 * 60 * 1000;

/**
 * Looks what has arrived of a run's plan. Its decisions are written at once; the second formats are sent for when all
 * else is there; what alters the index waits until everything is. Comes back later until then. Safe to run twice and by
 * many at once.
 *
 * @throws GatehouseError `store.*`; `json.invalid` when control is damaged
 */
export async function settleRun(id: Sha256, world: SettleWorld): Promise<Settled> {
  const opened = await openRun(world.store, id);
  if (opened === null || opened.run.plan === null) return { status: 'superseded', missing: [], applied: nothing };
  const { run } = opened;
  if (run.stage === 'settled') return { status: 'settled', missing: [], applied: nothing };
  const plan = await readPlan(world.store, opened.run.plan);
  const missing = run.stage === 'altering' ? [] : await missingOf(plan, world);
  if (missing.length === 0) return { status: 'settled', missing, applied: await alter(id, plan, world) };
  await writeDecisions(plan, { ...world, fetchedAll: false, isCurrent: () => mayDecide(id, world) });
  await sendSecond(id, { plan, run, missing }, world);
  if (world.clock.now() >= run.startedAt + patience) {
    await enter(id, 'settled', world);
    return { status: 'given up', missing, applied: nothing };
  }
  await world.later.send([runMessage({ type: 'settle', run: id })]);
  return { status: 'waiting', missing, applied: nothing };
}

async function missingOf({ add }: Plan, { store, channel }: SettleWorld): Promise<string[]> {
  if (add.length === 0) return [];
  const missing = new Set(add);
  for await (const found of listPackages(store, channel)) missing.delete(artifactId(found));
  return [...missing];
}

/** Says first that it does, so that nobody who looked earlier puts a decision back over an alteration. */
async function alter(id: Sha256, plan: Plan, world: SettleWorld): Promise<Applied> {
  await enter(id, 'altering', world);
  const applied = await writeDecisions(plan, {
    ...world,
    fetchedAll: true,
    isCurrent: () => isLatest(world.store, id),
  });
  await enter(id, 'settled', world);
  return applied;
}

async function mayDecide(id: Sha256, { store }: SettleWorld): Promise<boolean> {
  const opened = await openRun(store, id);
  return opened !== null && stages.indexOf(opened.run.stage) < stages.indexOf('altering');
}

const stages: readonly Run['stage'][] = ['planning', 'fetching', 'fetching-second', 'altering', 'settled'];

/** A run never goes back to an earlier stage. */
async function enter(id: Sha256, stage: Run['stage'], world: SettleWorld): Promise<void> {
  const isLater = (before: Run) => stages.indexOf(stage) > stages.indexOf(before.stage);
  await updateRun(id, world, (before) => (isLater(before) ? { ...before, stage } : null));
}

interface Look {
  readonly plan: Plan;
  readonly run: Run;
  readonly missing: readonly string[];
}

/** The second format of a stem was proved with all the others present. */
async function sendSecond(id: Sha256, { plan, run, missing }: Look, world: SettleWorld): Promise<void> {
  const second = new Set(plan.second);
  if (run.plan === null || run.stage === 'fetching-second' || missing.some((one) => !second.has(one))) return;
  await world.jobs.send(artifactJobs(run.plan, missing));
  await enter(id, 'fetching-second', world);
}
