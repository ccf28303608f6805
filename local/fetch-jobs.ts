import { memoryQueue } from '../adapters/queue-memory.ts';
import { artifactId, artifactJobs, fetchedFirst, jobSchema, keepPlan, type Plan } from '../core/documents/plan.ts';
import { parseJson } from '../core/json.ts';
import type { DeadLetter } from '../core/ports/queue.ts';
import type { Log } from '../core/report/event.ts';
import type { Problem } from '../core/report/problem.ts';
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
 * Fetches everything the plan adds; one that fails does not stop the others. Second formats come last, and only when all
 * else is there.
 */
export async function fetchJobs(plan: Plan, world: World, log: Log): Promise<Fetched> {
  if (plan.add.length === 0) return { fetched: [], failed: [] };
  const id = await keepPlan(world.store, plan);
  const first = await workOff(artifactJobs(id, fetchedFirst(plan)), { plan, world, log });
  if (first.failed.length > 0) return first;
  const last = await workOff(artifactJobs(id, plan.second), { plan, world, log });
  return { fetched: [...first.fetched, ...last.fetched].sort(), failed: last.failed };
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
