import { z } from 'zod';
import { canonicalJson } from '../json/json.ts';
import { planPartKey } from '../layout/keys.ts';
import type { Sha256 } from '../names/digest.ts';
import type { Store } from '../ports/store.ts';
import { eachAtOnce } from '../store/map-in-order.ts';
import { putOnce } from '../store/put-once.ts';
import { readJsonObject } from '../store/read-json-object.ts';
import { idsToAdd, type Job, type Planned, type PlannedRecords, plannedById } from './job.ts';
import { artifactSchema, type Plan, readPlan } from './plan.ts';
import { simpleFileSchema } from './simple/simple-plan.ts';

/** Some 80 kB; a plan of 100,000 artifacts is 83 MB. */
export const recordsInPart = 100;
const maxConcurrentPuts = 16;

/** Records of a plan that jobs read instead of all of it. */
const planPartSchema = z.strictObject({
  version: z.literal(1),
  artifacts: z.array(artifactSchema),
  simple: z.strictObject({ files: z.array(simpleFileSchema) }),
});

/**
 * Lays at rest, in parts, the records of what a plan adds, so that a job reads its own part of the plan alone. Equal plans
 * give equal parts: safe to run twice and by many at once.
 */
export async function keepPlanParts(store: Store, id: Sha256, plan: Plan): Promise<void> {
  const planned = plannedById(plan);
  const adding = idsToAdd(plan);
  const parts = [...Array(Math.ceil(adding.length / recordsInPart)).keys()];
  const keep = (part: number) => {
    const ids = adding.slice(part * recordsInPart, (part + 1) * recordsInPart);
    const bytes = Buffer.from(
      canonicalJson({ version: 1, ...recordsOf(ids.flatMap((one) => planned.get(one) ?? [])) }),
    );
    return putOnce(store, planPartKey(id, part), bytes);
  };
  await eachAtOnce(parts, maxConcurrentPuts, keep);
}

const recordsOf = (planned: readonly Planned[]): PlannedRecords => ({
  artifacts: planned.flatMap((one) => (one.kind === 'package' ? [one.artifact] : [])),
  simple: { files: planned.flatMap((one) => (one.kind === 'file' ? [one.file] : [])) },
});

/** A message for each of some ids that a plan adds, which names the part that has its record. */
export function jobsByPart(id: Sha256, plan: Plan, ids: readonly string[]): string[] {
  const places = new Map(idsToAdd(plan).map((artifact, place) => [artifact, place]));
  return ids.map((artifact) => {
    const part = Math.floor((places.get(artifact) ?? 0) / recordsInPart);
    return JSON.stringify({ plan: id, artifact, part } satisfies Job);
  });
}

/**
 * What a job is to bring in; undefined when its plan has nothing of that id. The whole plan is read for a job, and of a
 * plan, from before there were parts, and when its part was pruned.
 *
 * @throws GatehouseError `state.damaged` when the plan is gone; `json.invalid` when it or the part is damaged
 */
export async function findPlanned(store: Store, { plan, artifact, part }: Job): Promise<Planned | undefined> {
  const read = part === undefined ? null : await readJsonObject(store, planPartKey(plan, part), planPartSchema);
  return plannedById(read?.value ?? (await readPlan(store, plan))).get(artifact);
}
