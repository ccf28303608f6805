import type { Allowlist } from '../allowlist/parse-allowlist.ts';
import { emptyControl } from '../control.ts';
import { type Sha256, sha256Of } from '../digest.ts';
import type { Patches } from '../forms/hotfix/hotfix.ts';
import { canonicalJson } from '../json.ts';
import { controlKey, partialKey, planKey } from '../layout.ts';
import { artifactJobs, type Plan } from '../plan.ts';
import { type ConcludeWorld, concludeSlices } from '../planning/conclude-slices.ts';
import { type PartialPlan, partialPlanSchema } from '../planning/partial-plan.ts';
import type { Clock } from '../ports/clock.ts';
import type { Queue } from '../ports/queue.ts';
import { putOnce } from '../put-once.ts';
import { readJsonObject } from '../read-json-object.ts';
import { readPlan } from '../read-plan.ts';
import { indexMessage } from '../run/index-message.ts';
import { openRun, updateRun } from '../run/open-run.ts';
import type { Run } from '../run/run.ts';
import { runMessage } from '../run/run-message.ts';
import { noarch } from '../subdir.ts';

export interface ConcludePlanWorld extends Omit<ConcludeWorld, 'patches'> {
  readonly clock: Clock;
  readonly queue: Queue;
  readonly later: Queue;
  readonly jobs: Queue;
  readonly indexes: Queue;
}

export interface Concluded {
  readonly status: 'waiting' | 'sent' | 'superseded';
  /** The slices whose parts are not there. */
  readonly missing: readonly number[];
  readonly plan: Plan | null;
}

/** 8 hours, five receives of a message that is hidden for 90 minutes: a part that is not there by then comes no more. */
const patience = 8 * 60 * 60 * 1000;

/**
 * Makes the plan of a run's parts, once, lays it at rest and sends its jobs. Without all parts it comes back later; in
 * the end it makes do with what is there, and such a plan removes nothing. Safe to run twice and by many at once: the
 * first plan counts.
 *
 * @throws GatehouseError `store.*`; `json.invalid` when a part is damaged
 */
export async function concludePlan(id: Sha256, world: ConcludePlanWorld): Promise<Concluded> {
  const opened = await openRun(world.store, id);
  if (opened === null) return { status: 'superseded', missing: [], plan: null };
  const { run, allowlist, patches } = opened;
  if (run.stage !== 'planning') return { status: 'sent', missing: [], plan: null };
  const { parts, missing } = await readParts(id, run, world);
  if (run.plan === null && missing.length > 0 && world.clock.now() < run.startedAt + patience) {
    await world.later.send([runMessage({ type: 'merge', run: id })]);
    return { status: 'waiting', missing, plan: null };
  }
  const planId = run.plan ?? (await makePlan(id, { run, allowlist, patches: patches.parse(), parts }, world));
  const plan = await readPlan(world.store, planId);
  await configure(allowlist, world);
  const second = new Set(plan.second);
  await world.jobs.send(
    artifactJobs(
      planId,
      plan.add.filter((artifact) => !second.has(artifact)),
    ),
  );
  await world.queue.send([runMessage({ type: 'settle', run: id })]);
  await updateRun(id, world, (before) => (before.stage === 'planning' ? { ...before, stage: 'fetching' } : null));
  return { status: 'sent', missing, plan };
}

async function readParts(id: Sha256, { slices }: Run, { store }: ConcludePlanWorld) {
  const parts: PartialPlan[] = [];
  const missing: number[] = [];
  for (let slice = 0; slice < slices; slice++) {
    const part = await readJsonObject(store, partialKey(id, slice), partialPlanSchema);
    if (part === null) missing.push(slice);
    else parts.push(part.value);
  }
  return { parts, missing };
}

interface Making {
  readonly run: Run;
  readonly allowlist: Allowlist;
  readonly patches: Patches;
  readonly parts: readonly PartialPlan[];
}

/** @returns the id of the plan that was first */
async function makePlan(
  id: Sha256,
  { run, allowlist, patches, parts }: Making,
  world: ConcludePlanWorld,
): Promise<Sha256> {
  const concluding = { ...world, patches, clock: { now: () => run.startedAt } };
  const plan = await concludeSlices(allowlist, parts, concluding);
  const bytes = Buffer.from(canonicalJson(plan));
  const made = sha256Of(bytes);
  await putOnce(world.store, planKey(made), bytes);
  const { plan: first } = await updateRun(id, world, (before) =>
    before.plan === null ? { ...before, plan: made } : null,
  );
  return first ?? made;
}

/**
 * A subdir with a control is indexed, packages or not: every configured one and noarch must be there (clients.md 4.1).
 * Each is indexed now, for the allowlist may ask for other forms than before.
 */
async function configure({ platforms }: Allowlist, { store, channel, indexes }: ConcludePlanWorld): Promise<void> {
  const empty = Buffer.from(canonicalJson(emptyControl));
  const subdirs = [...new Set([...platforms, noarch])];
  for (const subdir of subdirs) await putOnce(store, controlKey(channel, subdir), empty);
  await indexes.send(subdirs.map(indexMessage));
}
