import { memoryQueue } from '../adapters/queue-memory.ts';
import { type Sha256, sha256Of } from '../core/digest.ts';
import type { Log } from '../core/event.ts';
import { canonicalJson, parseJson } from '../core/json.ts';
import { planKey } from '../core/layout.ts';
import { artifactId, jobSchema, type Plan } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import { fetchArtifact } from '../core/steps/fetch.ts';
import type { World } from './open-world.ts';

/** Downloads at once: as browsers and conda do, enough to fill a line and polite to a server. */
const concurrency = 8;

export interface Fetched {
  /** Ids of artifacts that are in the store now and were not before. */
  readonly fetched: readonly string[];
  readonly failed: readonly Problem[];
}

/** Queues a job for everything the plan adds and works the queue off. One that fails does not stop the others. */
export async function fetchJobs(plan: Plan, world: World, log: Log): Promise<Fetched> {
  const queue = memoryQueue();
  const id = await keepPlan(plan, world);
  await queue.send(plan.add.map((artifact) => JSON.stringify({ plan: id, artifact })));
  const artifacts = new Map(plan.artifacts.map((artifact) => [artifactId(artifact), artifact]));
  const fetched: string[] = [];
  const failed: Problem[] = [];
  const handle = async (message: string) => {
    const job = parseJson(message, jobSchema, 'job');
    const artifact = artifacts.get(job.artifact);
    if (artifact === undefined) return;
    const outcome = await fetchArtifact(artifact, { ...world, log });
    if (outcome.status === 'failed') failed.push(outcome.problem);
    else if (outcome.status === 'stored') fetched.push(job.artifact);
  };
  const { dead } = await queue.drain({ concurrency, handle });
  failed.push(...dead.map(({ message, reason }) => ({ code: 'fetch.failed', subject: message, detail: reason })));
  return { fetched: fetched.sort(), failed };
}

/** Lays the plan to rest under its own hash: its jobs name it, and it says later why they were there. */
async function keepPlan(plan: Plan, { store }: World): Promise<Sha256> {
  const bytes = Buffer.from(canonicalJson(plan));
  const id = sha256Of(bytes);
  if (plan.add.length > 0) await store.put(planKey(id), bytes, { absent: true });
  return id;
}
