import { makePlan, type PlanWorld } from '../../diff/make-plan.ts';
import { type MostLeaving, mostLeave } from '../../diff/most-leave.ts';
import type { Allowlist } from '../../documents/allowlist/parse-allowlist.ts';
import { emptyControl } from '../../documents/control.ts';
import { fetchedFirst } from '../../documents/job.ts';
import { type PartialPlan, partialPlanSchema } from '../../documents/partial-plan.ts';
import { keepPlan, type Plan, readPlan } from '../../documents/plan.ts';
import { jobsByPart, keepPlanParts } from '../../documents/plan-part.ts';
import { enterStage, indexMessage, openRun, type Run, runMessage, updateRun } from '../../documents/run.ts';
import { canonicalJson } from '../../json/json.ts';
import { controlKey, partialKey } from '../../layout/keys.ts';
import type { Side } from '../../layout/sides.ts';
import type { Sha256 } from '../../names/digest.ts';
import { noarch } from '../../names/subdir.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Queue } from '../../ports/queue.ts';
import { putOnce } from '../../store/put-once.ts';
import { readJsonObject } from '../../store/read-json-object.ts';
import { stagingStore } from '../../store/staging-store.ts';
import { subdirsOf } from '../../store/subdirs-of.ts';

export interface ConcludeWorld extends Omit<PlanWorld, 'patches'> {
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
  /** What leaves where that is most of what is served. Who deployed the allowlist has said yes to it: it is told, not held. */
  readonly leaving: MostLeaving | null;
}

const nothingMade = { missing: [], plan: null, leaving: null };

/** 8 hours, five receives of a message that is hidden for 90 minutes, as one is whose invocation was cut off: a part that is not there by then comes no more. */
const maxWaitForPartsMs = 8 * 60 * 60 * 1000;

/**
 * Makes the plan of a run's parts, once, lays it at rest and sends its jobs. Without all parts it comes back later; in
 * the end it makes do with what is there, and such a plan removes nothing. Safe to run twice and by many at once: the
 * first plan counts.
 *
 * @throws GatehouseError `store.*`; `json.invalid` when a part is damaged
 */
export async function concludeRun(id: Sha256, world: ConcludeWorld): Promise<Concluded> {
  const opened = await openRun(world.store, id);
  if (opened === null) return { ...nothingMade, status: 'superseded' };
  const { run, allowlist, patches } = opened;
  if (run.stage !== 'planning') return { ...nothingMade, status: 'sent' };
  const { parts, missing } = await readParts(id, run, world);
  if (run.plan === null && missing.length > 0 && world.clock.now() < run.startedAt + maxWaitForPartsMs) {
    await world.later.send([runMessage({ type: 'merge', run: id })]);
    return { ...nothingMade, status: 'waiting', missing };
  }
  let planId = run.plan;
  if (planId === null) {
    const now = () => run.startedAt;
    const made = await makePlan(allowlist, parts, { ...world, patches: patches.parse(), clock: { now } });
    planId = await countFirst(id, await keepPlan(world.store, made), world);
  }
  const plan = await readPlan(world.store, planId);
  const leaving = await mostLeave(plan, world);
  await configure(allowlist, world);
  await keepPlanParts(world.store, planId, plan);
  await world.jobs.send(jobsByPart(planId, plan, fetchedFirst(plan)));
  await world.queue.send([runMessage({ type: 'settle', run: id })]);
  await enterStage(id, 'fetching', world);
  return { status: 'sent', missing, plan, leaving };
}

async function readParts(id: Sha256, { slices }: Run, { store }: ConcludeWorld) {
  const parts: PartialPlan[] = [];
  const missing: number[] = [];
  for (let slice = 0; slice < slices; slice++) {
    const part = await readJsonObject(store, partialKey(id, slice), partialPlanSchema);
    if (part === null) missing.push(slice);
    else parts.push(part.value);
  }
  return { parts, missing };
}

/** @returns the id of the run's first plan, which is another's when another made one meanwhile */
async function countFirst(id: Sha256, made: Sha256, world: ConcludeWorld): Promise<Sha256> {
  const { plan } = await updateRun(id, world, (run) => (run.plan === null ? { ...run, plan: made } : null));
  return plan ?? made;
}

/**
 * A subdir with a control is indexed, packages or not: conda, micromamba and pixi refuse a channel without
 * `noarch/repodata.json`. Each is indexed now, for the allowlist may ask for other index files than before; in staging too
 * where there is one.
 */
async function configure({ platforms }: Allowlist, { store, channel, indexes }: ConcludeWorld): Promise<void> {
  const empty = Buffer.from(canonicalJson(emptyControl));
  const subdirs = [...new Set([...platforms, noarch])];
  for (const subdir of subdirs) await putOnce(store, controlKey(channel, subdir), empty);
  const isStaged = (await subdirsOf({ store: stagingStore(store), channel }, 'state')).length > 0;
  const served: readonly Side[] = isStaged ? ['channel', 'staging'] : ['channel'];
  await indexes.send(served.flatMap((side) => subdirs.map((subdir) => indexMessage(subdir, side))));
}
