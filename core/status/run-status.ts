import type { Policy } from '../documents/gate/policy.ts';
import { idsToAdd } from '../documents/job.ts';
import { type Plan, readPlan } from '../documents/plan.ts';
import { latestRunId, type Run, runSchema } from '../documents/run.ts';
import { keptOut } from '../gate/door/let-through.ts';
import { latestRunKey, runKey, runsPrefix } from '../layout/keys.ts';
import { type Sha256, sha256Schema } from '../names/digest.ts';
import type { Clock } from '../ports/clock.ts';
import { GatehouseError } from '../problems/error.ts';
import type { Problem } from '../problems/problem.ts';
import type { ChannelStore } from '../store/list-packages.ts';
import { readJsonObject } from '../store/read-json-object.ts';
import { failedOf, heldVerdicts, missingOf, type PlannedSince } from './missing-files.ts';
import type { SyncStatus } from './sync-status.ts';

export interface StatusWorld extends ChannelStore {
  readonly clock: Pick<Clock, 'now'>;
  /** By which what is held is told. */
  readonly policy: Policy;
}

export interface RunsStatus {
  /** The latest run, while it is not settled. */
  readonly underWay: SyncStatus | null;
  /** The last one that settled. */
  readonly last: SyncStatus | null;
}

/** How the runs of the cloud stand; both null where there never was one. */
export async function runsStatus(world: StatusWorld): Promise<RunsStatus> {
  const latest = await latestRunId(world.store);
  if (latest === null) return { underWay: null, last: null };
  const status = await runStatus(latest, world);
  if (status?.stage === 'settled') return { underWay: null, last: status };
  return { underWay: status, last: await lastSettled(latest, world) };
}

/** Runs that were superseded stay as they were: of so many of the newest one has settled, or nobody remembers. */
const maxRunsRead = 30;

async function lastSettled(but: Sha256, world: StatusWorld): Promise<SyncStatus | null> {
  const runs: { readonly id: Sha256; readonly modified: number }[] = [];
  for await (const { key, modified } of world.store.list(runsPrefix)) {
    const id = sha256Schema.safeParse(key.slice(runsPrefix.length).replace(/\.json$/, '')).data;
    if (id !== undefined && id !== but && key !== latestRunKey) runs.push({ id, modified });
  }
  const newest = runs.sort((a, b) => b.modified - a.modified).slice(0, maxRunsRead);
  for (const { id } of newest) {
    const run = (await readJsonObject(world.store, runKey(id), runSchema))?.value;
    if (run?.stage === 'settled') return runStatus(id, world);
  }
  return null;
}

/** How a run stands; null where it has not begun. */
async function runStatus(id: Sha256, world: StatusWorld): Promise<SyncStatus | null> {
  const { store } = world;
  const head = await store.get(runKey(id));
  const run = (await readJsonObject(store, runKey(id), runSchema))?.value;
  if (head === null || run === undefined) return null;
  const plan = run.plan === null ? null : await keptPlan(run.plan, world);
  return {
    by: 'cloud',
    run: id,
    round: run.round ?? 1,
    stage: run.stage,
    startedAt: run.startedAt,
    seenAt: head.modified,
    slices: { done: run.done.length, of: run.slices },
    ...(plan === null ? { files: null, problems: [], held: [], waiting: [] } : await planStatus(run, plan, world)),
  };
}

/** Null of one that was pruned. */
async function keptPlan(id: Sha256, { store }: ChannelStore): Promise<Plan | null> {
  try {
    return await readPlan(store, id);
  } catch (error) {
    if (error instanceof GatehouseError && error.code === 'state.damaged') return null;
    throw error;
  }
}

type OfPlan = Pick<SyncStatus, 'files' | 'problems' | 'held' | 'waiting'>;

async function planStatus(run: Run, plan: Plan, world: StatusWorld): Promise<OfPlan> {
  const of = idsToAdd(plan).length;
  const missing = of === 0 ? [] : await missingOf(plan, world);
  const held = await heldProblems(missing, { plan, since: run.startedAt }, world);
  const { plan: planId, startedAt: since } = run;
  const failed = planId === null ? [] : await failedOf(missing, { planId, since }, world.store);
  const told = new Set([...held, ...failed].map(({ subject }) => subject));
  const given = run.stage === 'settled' ? missing.filter((id) => !told.has(id)).map(absentProblem) : [];
  const { problems, waiting } = plan;
  return { files: { done: of - missing.length, of }, problems: [...problems, ...failed, ...given], held, waiting };
}

/** Of more than so many missing files it is not asked which are held: each verdict is a request. */
const maxVerdicts = 500;

/** Why those that came since a run began did not enter. */
export async function heldProblems(
  missing: readonly string[],
  judged: PlannedSince,
  world: StatusWorld,
): Promise<Problem[]> {
  const { store, policy, clock } = world;
  if (missing.length > maxVerdicts) return [];
  const verdicts = await heldVerdicts(missing, judged, store);
  return verdicts.flatMap((verdict) => keptOut(verdict, { gate: { policy }, clock }) ?? []);
}

/** Of what an ended run's plan adds, and the store does not have. */
export const absentProblem = (id: string): Problem => ({
  code: 'fetch.absent',
  subject: id,
  detail: 'did not come, and its run went on without it',
  hint: 'the next run tries again; the Job dead letters, or the log of the downloader, say why',
});
