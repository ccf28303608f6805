import { memoryQueue } from '../adapters/queue-memory.ts';
import { type Sha256, sha256Of } from '../core/digest.ts';
import type { Log } from '../core/event.ts';
import { canonicalJson, parseJson } from '../core/json.ts';
import { planKey } from '../core/layout.ts';
import { artifactId, artifactJobs, jobSchema, type Plan } from '../core/plan.ts';
import type { DeadLetter } from '../core/ports/queue.ts';
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

/**
 * Fetches everything the plan adds; one that fails does not stop the others. The second format of a stem, which hides
 * the first once it is there, was proved with all the others present: it is fetched last, and only if they are.
 */
export async function fetchJobs(plan: Plan, world: World, log: Log): Promise<Fetched> {
  const id = await keepPlan(plan, world);
  const second = new Set(plan.second);
  const first = await workOff(
    artifactJobs(
      id,
      plan.add.filter((one) => !second.has(one)),
    ),
    { plan, world, log },
  );
  if (first.failed.length > 0) return first;
  const last = await workOff(artifactJobs(id, plan.second), { plan, world, log });
  return { fetched: [...first.fetched, ...last.fetched].sort(), failed: last.failed };
}

/** Lays the plan to rest under its own hash: its jobs name it, and it says later why they were there. */
async function keepPlan(plan: Plan, { store }: World): Promise<Sha256> {
  const bytes = Buffer.from(canonicalJson(plan));
  const id = sha256Of(bytes);
  if (plan.add.length > 0) await store.put(planKey(id), bytes, { absent: true });
  return id;
}

async function workOff(
  messages: readonly string[],
  { plan, world, log }: { plan: Plan; world: World; log: Log },
): Promise<Fetched> {
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
  const queue = memoryQueue();
  await queue.send(messages);
  const { dead } = await queue.drain({ concurrency, handle });
  return { fetched: fetched.sort(), failed: [...failed, ...dead.map(deadProblem)] };
}

function deadProblem({ message, reason }: DeadLetter): Problem {
  return { code: 'fetch.failed', subject: parseJson(message, jobSchema, 'job').artifact, detail: reason };
}
