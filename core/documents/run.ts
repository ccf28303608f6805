import { z } from 'zod';
import { latestRunKey, runKey } from '../layout/keys.ts';
import type { Side } from '../layout/sides.ts';
import { type Sha256, sha256Of, sha256Schema } from '../names/digest.ts';
import type { ProjectName } from '../names/project-name.ts';
import type { Subdir } from '../names/subdir.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { GatehouseError } from '../problems/error.ts';
import { isDamaged, type JsonObject, readJsonObject } from '../store/read-json-object.ts';
import { updateJson } from '../store/update-json.ts';
import type { Allowlist } from './allowlist/parse-allowlist.ts';
import { readStoredAllowlist, storedAllowlistSha256 } from './allowlist/stored-allowlist.ts';
import type { Job, Planned } from './job.ts';
import { readStoredPatches, type StoredPatches } from './patches/stored-patches.ts';
import { pythonsForPip, readPlan } from './plan.ts';
import { findPlanned } from './plan-part.ts';

/** In order; a run never goes back. From `altering` on control may say what was proved with everything fetched. */
const stages = ['planning', 'fetching', 'fetching-second', 'altering', 'settled'] as const;

/**
 * Absent of the first. 2: plans around what did not come of the first's plan; 3: around what did not come again, so nothing is
 * fetched any more, and the plan goes by what is here.
 */
const roundSchema = z.literal([2, 3]);
export type Round = z.infer<typeof roundSchema>;

/**
 * How far a plan has come that many invocations work out and carry out, any of which may be cut off or come twice.
 * Mutable, so it is only written under compare-and-swap.
 */
export const runSchema = z.strictObject({
  version: z.literal(1),
  /** Of the allowlist's bytes: when they change, the run is superseded. */
  allowlist: sha256Schema,
  /** Of the organisation's own hotfixes: when they change, the run is superseded. */
  patches: sha256Schema,
  /** Milliseconds since the epoch. The plan takes it for now, so that it is the same when it is made twice. */
  startedAt: z.number(),
  slices: z.int().nonnegative(),
  /** The slices whose parts are at rest, rising. */
  done: z.array(z.int().nonnegative()),
  /** The plan that was made of all parts; null until then. */
  plan: sha256Schema.nullable(),
  /** `fetching`: all artifacts but the second formats; `fetching-second`: those. */
  stage: z.enum(stages),
  /** Where it goes on for another run that brought what the gate holds, or that could not bring all: the second time, and the last. */
  round: roundSchema.exactOptional(),
  /** The ids of what the runs that it goes on for could not fetch: no candidates of this one. */
  without: z.array(z.string()).exactOptional(),
  /** Of its plan, how many files were not there when `advanceRun` last looked. */
  missing: z.int().nonnegative().exactOptional(),
  /** When a slice was last done, a file came or a stage was entered; milliseconds since the epoch. */
  movedAt: z.number().exactOptional(),
});
export type Run = z.infer<typeof runSchema>;

export const latestRunSchema = z.strictObject({ version: z.literal(1), run: sha256Schema });

/**
 * The id of the run over an allowlist and hotfixes that something set off: the same for all who know these.
 *
 * @param trigger the id of a message or event, or what `aroundTrigger` makes of a run
 */
export const runId = ({ allowlist, patches }: Pick<Run, 'allowlist' | 'patches'>, trigger: string): Sha256 =>
  sha256Of(`${allowlist} ${patches} ${trigger}`);

/** What sets off the run that goes on for another. */
export const aroundTrigger = (after: Sha256): string => `${after} around`;

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
  return (await latestRunId(store)) === id;
}

async function readRun(store: Store, id: Sha256): Promise<JsonObject<Run>> {
  const read = await readJsonObject(store, runKey(id), runSchema);
  // A run's messages are sent once it is there, but whoever makes a run the latest may be cut off before it is.
  if (read === null) throw new GatehouseError('state.damaged', `${runKey(id)} is gone`, { hint: 'start another run' });
  return read;
}

interface RunWorld {
  readonly store: Store;
  readonly clock: Clock;
}

/**
 * Writes what `change` makes of a run, under compare-and-swap. Null leaves it as it is.
 *
 * @returns the run as it is then
 * @throws GatehouseError `store.conflict` (retry)
 */
export function updateRun(id: Sha256, world: RunWorld, change: (run: Run) => Run | null): Promise<Run> {
  const key = runKey(id);
  const object = { key, read: () => readRun(world.store, id), conflict: `${key} kept changing` };
  return updateJson<Run, never>(world, object, change);
}

export const isBefore = (run: Run, stage: Run['stage']): boolean => stages.indexOf(run.stage) < stages.indexOf(stage);

/** Brings a run to a stage, unless it is there or later. */
export async function enterStage(id: Sha256, stage: Run['stage'], world: RunWorld): Promise<void> {
  const movedAt = world.clock.now();
  await updateRun(id, world, (run) => (isBefore(run, stage) ? { ...run, stage, movedAt } : null));
}

/**
 * Whether a job is of the latest run, and that of the allowlist that is deployed. A later run sends for itself what it needs;
 * before it has begun, the allowlist may have reserved the very name of what the job would bring in.
 */
export async function isJobWanted(store: Store, { plan }: Pick<Job, 'plan'>): Promise<boolean> {
  const run = await latestRun(store);
  return run === null || (run.plan === plan && run.allowlist === (await storedAllowlistSha256(store)));
}

/**
 * What a job is to bring in; null when it is wanted no more (`isJobWanted`).
 *
 * @throws GatehouseError `state.damaged` when the plan is gone or has nothing of that id
 */
export async function wantedByJob(store: Store, job: Job): Promise<Planned | null> {
  if (!(await isJobWanted(store, job))) return null;
  const found = await findPlanned(store, job);
  if (found !== undefined) return found;
  throw new GatehouseError('state.damaged', `plan ${job.plan} has nothing of the id ${job.artifact}`);
}

/** The run that was started last; null where there is none yet. */
export async function latestRun(store: Store): Promise<Run | null> {
  const latest = await latestRunId(store);
  const run = latest === null ? null : await readJsonObject(store, runKey(latest), runSchema);
  return run?.value ?? null;
}

/** Null where there never was a run. */
export async function latestRunId(store: Store): Promise<Sha256 | null> {
  return (await readJsonObject(store, latestRunKey, latestRunSchema))?.value.run ?? null;
}

/** The pythons that the latest run's plan asked pip with; none where there is no such plan, or it cannot be read. */
export async function plannedPythons(store: Store): Promise<string[]> {
  try {
    const id = (await latestRun(store))?.plan ?? null;
    return id === null ? [] : pythonsForPip(await readPlan(store, id));
  } catch (error) {
    const isGone = error instanceof GatehouseError && error.code === 'state.damaged';
    if (isGone || isDamaged(error)) return [];
    throw error;
  }
}

const run = sha256Schema;

/** The messages a run sends itself. Each may come twice, late, or after the next. */
export const runMessageSchema = z.discriminatedUnion('type', [
  /** Work out one slice. */
  z.strictObject({ type: z.literal('slice'), run, slice: z.int().nonnegative() }),
  /** Make the plan of all parts. */
  z.strictObject({ type: z.literal('merge'), run }),
  /** See what has arrived, and write to control what it allows. */
  z.strictObject({ type: z.literal('settle'), run }),
  /** Start the run that goes on for this one. */
  z.strictObject({ type: z.literal('around'), run, round: roundSchema }),
]);
export type RunMessage = z.infer<typeof runMessageSchema>;

export const runMessage = (message: RunMessage): string => JSON.stringify(message);

/** What has the scraper start a run, as the schedule does; the message's id is the run's trigger. */
export const startMessageSchema = z.strictObject({ type: z.literal('sync') });
export const startMessage = JSON.stringify({ type: 'sync' } satisfies z.infer<typeof startMessageSchema>);

/** What has the prover prove at once, and not when the index has been at rest (lambdas/prover.ts). */
export const proveMessage = JSON.stringify({ type: 'prove' });

/** The message that has the indexer compare all of a subdir with its index. */
export const indexMessage = (subdir: Subdir, side: Side): string => indexing({ subdir }, side);

/** The message that has the indexer compare all of a project with its pages. */
export const projectMessage = (project: ProjectName, side: Side): string => indexing({ project }, side);

const indexing = (what: object, side: Side): string =>
  JSON.stringify({ type: 'index', ...what, ...(side === 'staging' && { staging: true }) });
