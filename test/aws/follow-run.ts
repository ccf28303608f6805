import { sqsQueue } from '../../adapters/queue-sqs.ts';
import { artifactId, type Plan, readPlan } from '../../core/documents/plan.ts';
import { latestRunSchema, runMessage, runSchema } from '../../core/documents/run.ts';
import { latestRunKey, runKey } from '../../core/layout/keys.ts';
import type { Sha256 } from '../../core/names/digest.ts';
import { readJsonObject } from '../../core/store/read-json-object.ts';
import type { Deployment } from './deployment.ts';
import { readRepodata } from './read-repodata.ts';
import { until, untilQuiet } from './until.ts';

export async function latestRun({ store }: Deployment): Promise<Sha256 | null> {
  return (await readJsonObject(store, latestRunKey, latestRunSchema))?.value.run ?? null;
}

/** The first run after `before`. */
export const nextRun = (deployment: Deployment, before: Sha256 | null): Promise<Sha256> =>
  until('a new run', deployment, async () => {
    const run = await latestRun(deployment);
    return run !== before && run;
  });

/**
 * Until a run is settled, all of its plan is in the index and nothing is left to do. It looks whether it may settle
 * every quarter of an hour; here it is told to look at once.
 */
export async function settledPlan(deployment: Deployment, run: Sha256): Promise<Plan> {
  const { store, sqs, outputs } = deployment;
  const plans = sqsQueue(outputs.planQueue, { client: sqs });
  let looks = 0;
  const id = await until(`run ${run} settled`, deployment, async () => {
    const now = (await readJsonObject(store, runKey(run), runSchema))?.value;
    if (now?.stage === 'settled') return now.plan;
    if (now?.stage !== 'planning' && looks++ % 10 === 9) await plans.send([runMessage({ type: 'settle', run })]);
    return null;
  });
  const plan = await readPlan(store, id);
  await until('the index has all of the plan', deployment, async () => {
    const names = await indexedIds(deployment, plan);
    return plan.artifacts.every((artifact) => names.has(artifactId(artifact)));
  });
  await untilQuiet(deployment);
  return plan;
}

/** Has the prover prove at once, which else waits until the index has been at rest for two minutes. */
export const proveNow = ({ sqs, outputs }: Deployment): Promise<void> =>
  sqsQueue(outputs.proofQueue, { client: sqs }).send(['{"type":"prove"}']);

async function indexedIds(deployment: Deployment, { artifacts }: Plan): Promise<Set<string>> {
  const ids = new Set<string>();
  for (const subdir of new Set(artifacts.map((artifact) => artifact.subdir))) {
    for (const filename of Object.keys(await readRepodata(deployment, subdir)))
      ids.add(artifactId({ subdir, filename }));
  }
  return ids;
}
