import { idsToAdd, plannedById } from '../../core/documents/job.ts';
import { partialPlanSchema } from '../../core/documents/partial-plan.ts';
import {
  bytesToFetch,
  type EntryOutcome,
  fileBytesToAdd,
  isMade,
  type Plan,
  packageBytesToAdd,
  readPlan,
} from '../../core/documents/plan.ts';
import { aroundTrigger, latestRunId, type Run, runId, runMessage, runSchema } from '../../core/documents/run.ts';
import { partialKey, runKey } from '../../core/layout/keys.ts';
import type { Sha256 } from '../../core/names/digest.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Log } from '../../core/ports/log.ts';
import type { Problem } from '../../core/problems/problem.ts';
import { notTried, withoutRepeats } from '../../core/solve/telling/one-cause.ts';
import { failedOf, missingOf } from '../../core/status/missing-files.ts';
import { heldProblems, type StatusWorld } from '../../core/status/run-status.ts';
import { readJsonObject } from '../../core/store/read-json-object.ts';

export interface FollowWorld extends StatusWorld {
  readonly clock: Clock;
  readonly log: Log;
  /** Sends the runs a message. */
  readonly tell: (message: string) => Promise<void>;
  /** Milliseconds since the epoch: after it nobody waits any more. */
  readonly deadline: number;
}

export interface FollowedRun {
  /** False when time was over first: the run goes on by itself. */
  readonly settled: boolean;
  readonly plan: Plan | null;
  /** Ids of what came while it was followed. */
  readonly fetched: readonly string[];
  /** Ids of what its plan adds and the store does not have. */
  readonly missing: readonly string[];
  readonly held: readonly Problem[];
  /** Those that were tried, and cannot be fetched. */
  readonly failed: readonly Problem[];
}

const pauseMs = 3000;

/** What was seen of a run so far. */
interface View {
  readonly run: Sha256;
  readonly slices: Set<number>;
  plan: Plan | null;
  missing: readonly string[];
  /** The stage in which it was told to look what has come. */
  told: Run['stage'] | null;
}

const viewOf = (run: Sha256): View => ({ run, slices: new Set(), plan: null, missing: [], told: null });

/**
 * Follows a run to where it is settled, by what it leaves at rest: tells what is solved and what has come, and has it look at
 * once when all has. A run in its place is followed in its stead. Nothing stops when nobody follows any more.
 *
 * @param before the latest run when this one was asked for, which is not followed
 */
export async function followRun(asked: Sha256, before: Sha256 | null, world: FollowWorld): Promise<FollowedRun> {
  const fetched = new Set<string>();
  const held = new Map<string, Problem>();
  const failed = new Map<string, Problem>();
  let view = viewOf(asked);
  for (;;) {
    const latest = await latestRunId(world.store);
    if (latest !== null && latest !== view.run && latest !== before) view = await goOver(view, latest, world);
    const run = (await readJsonObject(world.store, runKey(view.run), runSchema))?.value;
    if (run !== undefined) await look(run, view, { ...world, fetched, held, failed });
    const settled = run?.stage === 'settled';
    if (settled || world.clock.now() >= world.deadline) {
      return {
        settled,
        plan: view.plan,
        fetched: [...fetched].sort(),
        missing: view.missing,
        held: [...held.values()],
        failed: [...failed.values()],
      };
    }
    await world.clock.sleep(pauseMs);
  }
}

/** Another run is the latest: the one that goes on for this one, or one that somebody else has started. */
async function goOver({ run: id }: View, latest: Sha256, { store, log }: FollowWorld): Promise<View> {
  const run = (await readJsonObject(store, runKey(id), runSchema))?.value;
  const isAround = run !== undefined && runId(run, aroundTrigger(id)) === latest;
  log({ type: 'run.replaced', run: latest, by: isAround ? 'around' : 'another' });
  return viewOf(latest);
}

interface LookWorld extends FollowWorld {
  readonly fetched: Set<string>;
  readonly held: Map<string, Problem>;
  readonly failed: Map<string, Problem>;
}

async function look(run: Run, view: View, world: LookWorld): Promise<void> {
  await tellSlices(run, view, world);
  if (run.plan === null) return;
  if (view.plan === null) {
    view.plan = await readPlan(world.store, run.plan);
    view.missing = idsToAdd(view.plan);
    tellPlan(view.plan, world);
  }
  await tellFiles(run, view, view.plan, world);
}

/** Each slice's part of the plan is at rest before it counts as done. */
async function tellSlices({ done }: Run, view: View, { store, log }: LookWorld): Promise<void> {
  for (const slice of done.filter((one) => !view.slices.has(one))) {
    view.slices.add(slice);
    const part = (await readJsonObject(store, partialKey(view.run, slice), partialPlanSchema))?.value;
    const outcomes = (part?.groups ?? []).flatMap(({ solved }) => solved.flatMap((one) => one.outcomes));
    for (const outcome of withoutRepeats(outcomes, part?.problems ?? [])) tellOutcome(outcome, log);
  }
}

function tellOutcome({ entry, platform, status, artifacts, explanation }: EntryOutcome, log: Log): void {
  if (status === 'solved') log({ type: 'plan.solved', entry, platform, packages: artifacts.length });
  else if (explanation !== notTried) log({ type: 'plan.unsolved', entry, platform, explanation: explanation ?? '' });
}

function tellPlan(plan: Plan, { log }: LookWorld): void {
  const bytes = packageBytesToAdd(plan) + fileBytesToAdd(plan.simple);
  const drop = plan.drop.length + plan.simple.drop.length;
  log({ type: 'plan.ready', add: idsToAdd(plan).length, drop, bytes, ...(isMade(plan) ? {} : { unmade: true }) });
}

async function tellFiles(run: Run, view: View, plan: Plan, world: LookWorld): Promise<void> {
  const { log, fetched, held, failed } = world;
  const before = view.missing;
  if (before.length > 0) view.missing = await missingOf(plan, world);
  const missing = new Set(view.missing);
  const sizes = sizesOf(plan);
  for (const id of before.filter((one) => !missing.has(one))) {
    const [key, size] = [keyOf(id), sizes(id)];
    log({ type: 'fetch.started', key, size });
    log({ type: 'fetch.done', key, size });
    fetched.add(id);
  }
  const kept = await heldProblems(view.missing, { plan, since: run.startedAt }, world);
  for (const problem of kept.filter(({ subject }) => !held.has(subject))) {
    held.set(problem.subject, problem);
    log({ type: 'fetch.held', key: keyOf(problem.subject), problem });
  }
  const tried =
    run.plan === null ? [] : await failedOf(view.missing, { planId: run.plan, since: run.startedAt }, world.store);
  for (const problem of tried.filter(({ subject }) => !failed.has(subject))) {
    failed.set(problem.subject, problem);
    log({ type: 'fetch.failed', key: keyOf(problem.subject), problem });
  }
  const awaited = view.missing.filter((id) => !held.has(id) && !failed.has(id));
  log({ type: 'fetch.awaited', files: run.stage === 'settled' ? 0 : awaited.length });
  await hurry(run, view, { plan, awaited }, world);
}

/** The run itself looks each quarter of an hour: it is told once a stage that all has come. */
async function hurry(
  { stage }: Run,
  view: View,
  { plan, awaited }: { readonly plan: Plan; readonly awaited: readonly string[] },
  { tell }: LookWorld,
): Promise<void> {
  const second = new Set(stage === 'fetching' ? plan.second : []);
  const isWaiting = stage === 'fetching' || stage === 'fetching-second';
  if (!isWaiting || view.told === stage || awaited.some((id) => !second.has(id))) return;
  view.told = stage;
  await tell(runMessage({ type: 'settle', run: view.run }));
}

const keyOf = (id: string): string => (id.startsWith('simple/') ? id : `conda/${id}`);

function sizesOf(plan: Plan): (id: string) => number {
  const planned = plannedById(plan);
  return (id) => {
    const found = planned.get(id);
    if (found === undefined) return 0;
    return found.kind === 'file' ? (found.file.size ?? 0) : bytesToFetch(found.artifact);
  };
}
