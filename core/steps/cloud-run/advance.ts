import { type Applied, nothingApplied, writeDecisions, writePlan } from '../../diff/write-plan.ts';
import { failedFetches } from '../../documents/failed-fetch.ts';
import { lastVerdict } from '../../documents/gate/last-verdict.ts';
import { markOpened } from '../../documents/gate/opened.ts';
import { isPassing } from '../../documents/gate/verdict.ts';
import { fetchedFirst, idsToAdd, plannedById } from '../../documents/job.ts';
import { jobsByPart } from '../../documents/plan-part.ts';
import { type Plan, artifactId, readPlan } from '../../documents/plan.ts';
import { type Run, enterStage, isBefore, isLatest, openRun, runMessage, updateRun } from '../../documents/run.ts';
import type { SimpleFile } from '../../documents/simple/simple-plan.ts';
import type { Sha256 } from '../../names/digest.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Queue } from '../../ports/queue.ts';
import type { Store } from '../../ports/store.ts';
import type { Problem } from '../../problems/problem.ts';
import { type ChannelStore, listPackages } from '../../store/list-packages.ts';
import { mapInOrder } from '../../store/map-in-order.ts';

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
  await enterStage(id, 'settled', world);
  await markOpened(store, world.clock);
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
  const held = await heldOf(missing, planned, world);
  const failed = await failedOf(missing, planned, world);
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

/** Those that were given up since the run began: a note of the same plan's earlier run says nothing of this one. */
async function failedOf(
  missing: readonly string[],
  { run, planId }: Planned,
  { store }: AdvanceWorld,
): Promise<Problem[]> {
  const noted = await failedFetches(store, planId, run.startedAt);
  return missing.flatMap((id) => {
    const problem = noted.get(id)?.problem;
    return problem === undefined ? [] : [{ ...problem, subject: id }];
  });
}

/** Verdicts that are read side by side. */
const maxReads = 16;

/** Those that were judged since the run began, and did not pass. */
async function heldOf(missing: readonly string[], { run, plan }: Planned, { store }: AdvanceWorld): Promise<string[]> {
  const planned = plannedById(plan);
  const verdictOf = (id: string) => {
    const found = planned.get(id);
    return lastVerdict(store, id, found?.kind === 'file' ? sha256OfFile(found.file) : (found?.artifact.sha256 ?? null));
  };
  const held: string[] = [];
  for await (const verdict of mapInOrder(missing, maxReads, verdictOf)) {
    if (verdict !== null && verdict.judgedAt >= run.startedAt && !isPassing(verdict)) held.push(verdict.id);
  }
  return held;
}

/** Of a wheel that is made here nobody knows it before. */
const sha256OfFile = ({ sdist, sha256 }: SimpleFile): Sha256 | null => (sdist === undefined ? sha256 : null);

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
