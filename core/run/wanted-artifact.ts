import { GatehouseError } from '../error.ts';
import { latestRunKey, runKey } from '../layout.ts';
import { type Artifact, artifactId, type Job } from '../plan.ts';
import type { Store } from '../ports/store.ts';
import { readJsonObject } from '../read-json-object.ts';
import { readPlan } from '../read-plan.ts';
import { latestRunSchema, runSchema } from './run.ts';

/**
 * The artifact that a job names; null when a later run has taken the place of the job's: it sends for itself what it
 * needs, and what it does not need must not come in any more.
 *
 * @throws GatehouseError `state.damaged` when the plan is gone or has no such artifact
 */
export async function wantedArtifact(store: Store, { plan: id, artifact }: Job): Promise<Artifact | null> {
  const latest = await readJsonObject(store, latestRunKey, latestRunSchema);
  const run = latest === null ? null : await readJsonObject(store, runKey(latest.value.run), runSchema);
  if (run !== null && run.value.plan !== id) return null;
  const plan = await readPlan(store, id);
  const found = plan.artifacts.find((one) => artifactId(one) === artifact);
  if (found !== undefined) return found;
  throw new GatehouseError('state.damaged', `plan ${id} has no artifact ${artifact}`);
}
