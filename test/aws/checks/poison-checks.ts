import { describe, expect, it } from 'vitest';
import { sqsQueue } from '../../../adapters/queue-sqs.ts';
import { artifactJobs } from '../../../core/documents/job.ts';
import { type Artifact, artifactId, readPlan } from '../../../core/documents/plan.ts';
import { runSchema } from '../../../core/documents/run.ts';
import { type ObjectKey, objectKeySchema, runKey } from '../../../core/layout/keys.ts';
import { subdirSchema } from '../../../core/names/subdir.ts';
import { readJsonObject } from '../../../core/store/read-json-object.ts';
import { latestRun } from '../follow-run.ts';
import { hurryQueue } from '../hurry-queue.ts';
import { readRepodata } from '../read-repodata.ts';
import { redrive } from '../redrive.ts';
import { messagesIn, until, untilQuiet } from '../until.ts';
import type { Scene } from './scene.ts';

const subdir = subdirSchema.parse('linux-64');

/** Seconds. What was cut off waits for six timeouts of its function otherwise: an hour and a half. */
const soon = 3;

/** What cannot be done, among what can. */
export function poisonChecks(scene: () => Scene): void {
  describe('a poisoned batch', () => {
    it('lands but for the poison, which ends as a dead letter; what upstream lacked lands when redriven', async () => {
      const { deployment, upstream } = scene();
      const { outputs, sqs, store } = deployment;
      const { jobQueue: queue, jobDeadLetters: deadLetters } = outputs;
      await hurryQueue(sqs, { queue, deadLetters, receives: 1, hidden: soon });
      const { plan, artifacts } = await threeOf(scene());
      const [lacking, ...others] = artifacts;
      if (lacking === undefined) throw new Error('the plan has artifacts');
      for (const artifact of artifacts) await store.delete(keyOf(artifact));
      await until(
        'none of them is in the index',
        deployment,
        async () => (await indexed(scene(), artifacts)).length === 0,
      );

      scene().isDown = (path) => `${upstream.url}${path}` === lacking.url;
      const jobs = sqsQueue(outputs.jobQueue, { client: sqs });
      await jobs.send([...artifactJobs(plan, artifacts.map(artifactId)), 'not a job']);
      await until('the others are in the index', deployment, async () => {
        return (await indexed(scene(), artifacts)).length === others.length;
      });
      await until('two dead letters', deployment, async () => (await messagesIn(deployment))['jobDeadLetters'] === 2);
      expect(await indexed(scene(), artifacts)).toEqual(others.map(artifactId));

      scene().isDown = () => false;
      await redrive(sqs, outputs.jobDeadLetters, outputs.jobQueue);
      await until('it is in the index', deployment, async () => {
        return (await indexed(scene(), artifacts)).length === artifacts.length;
      });
      await until('one dead letter', deployment, async () => {
        const { jobQueue, jobDeadLetters } = await messagesIn(deployment);
        return jobQueue === 0 && jobDeadLetters === 1;
      });
      await untilQuiet(deployment);
      const { planDeadLetters, indexDeadLetters, proofDeadLetters } = await messagesIn(deployment);
      expect({ planDeadLetters, indexDeadLetters, proofDeadLetters }).toEqual({
        planDeadLetters: 0,
        indexDeadLetters: 0,
        proofDeadLetters: 0,
      });
    });
  });
}

/** Of the latest run's plan. */
async function threeOf({ deployment }: Scene) {
  const run = await latestRun(deployment);
  const plan = run === null ? null : (await readJsonObject(deployment.store, runKey(run), runSchema))?.value.plan;
  if (plan === null || plan === undefined) throw new Error('a plan was carried out before');
  const { artifacts } = await readPlan(deployment.store, plan);
  return { plan, artifacts: artifacts.filter((artifact) => artifact.subdir === subdir).slice(0, 3) };
}

const keyOf = (artifact: Artifact): ObjectKey => objectKeySchema.parse(`conda/${artifactId(artifact)}`);

/** Those that clients find. */
async function indexed({ deployment }: Scene, artifacts: readonly Artifact[]): Promise<string[]> {
  const found = await readRepodata(deployment, subdir);
  return artifacts.filter(({ filename }) => filename in found).map(artifactId);
}
