import { memoryQueue } from '../../adapters/queue-memory.ts';
import { artifactJobs, fetchedFirst, idsToAdd, jobSchema, plannedById } from '../../core/documents/job.ts';
import { keepPlan, type Plan } from '../../core/documents/plan.ts';
import type { Gate } from '../../core/gate/gate.ts';
import { parseJson } from '../../core/json/json.ts';
import type { Log } from '../../core/ports/log.ts';
import type { Problem } from '../../core/problems/problem.ts';
import { fetchArtifact } from '../../core/steps/fetch.ts';
import { fetchFile } from '../../core/steps/fetch-file.ts';
import type { World } from '../world/open-world.ts';

export type FetchingWorld = World & { readonly gate: Gate };

export interface Fetched {
  /** Ids of artifacts and files for pip that are in the store now and were not before. */
  readonly fetched: readonly string[];
  /** What came, and the gate does not let in. */
  readonly held: readonly Problem[];
  readonly failed: readonly Problem[];
}

/**
 * Fetches everything the plan adds; one that fails does not stop the others. The plan is laid to rest under its own
 * hash: its jobs name it, and it says later why they were there.
 *
 * Files for pip come first: a conda package that is made of one is then made of the store's copy.
 *
 * The second format of a stem, which hides the first once it is there, was proved with all the others present: it is
 * fetched last, and only if they are.
 */
export async function fetchJobs(plan: Plan, world: FetchingWorld, log: Log): Promise<Fetched> {
  if (idsToAdd(plan).length === 0) return { fetched: [], held: [], failed: [] };
  const id = await keepPlan(world.store, plan);
  const work = (ids: readonly string[]) => workOff(artifactJobs(id, ids), { plan, world, log });
  const forPip = new Set(plan.simple.add);
  const files = await work(plan.simple.add);
  const packages = await work(fetchedFirst(plan).filter((one) => !forPip.has(one)));
  const done = [files, packages];
  if (done.every(({ held, failed }) => held.length + failed.length === 0)) done.push(await work(plan.second));
  return {
    fetched: done.flatMap(({ fetched }) => fetched).sort(),
    held: done.flatMap(({ held }) => held),
    failed: done.flatMap(({ failed }) => failed),
  };
}

/** As browsers and conda do: enough to fill a line, and polite to a server. */
const maxConcurrentDownloads = 8;

async function workOff(
  messages: readonly string[],
  { plan, world, log }: { plan: Plan; world: FetchingWorld; log: Log },
): Promise<Fetched> {
  const planned = plannedById(plan);
  const fetched: string[] = [];
  const held: Problem[] = [];
  const failed: Problem[] = [];
  const idIn = (message: string): string => parseJson(message, jobSchema, 'job').artifact;
  const handle = async (message: string) => {
    const id = idIn(message);
    const wanted = planned.get(id);
    if (wanted === undefined) return;
    const fetching = { ...world, log };
    const outcome = await (wanted.kind === 'file'
      ? fetchFile(wanted.file, fetching)
      : fetchArtifact(wanted.artifact, fetching));
    if (outcome.status === 'held') held.push(outcome.problem);
    else if (outcome.status === 'failed') failed.push(outcome.problem);
    else if (outcome.status === 'stored') fetched.push(id);
  };
  const queue = memoryQueue();
  await queue.send(messages);
  const { dead } = await queue.drain({ concurrency: maxConcurrentDownloads, handle });
  const given = dead.map(({ message, reason, ...hint }) => ({
    code: 'fetch.failed',
    subject: idIn(message),
    detail: reason,
    ...hint,
  }));
  return { fetched, held, failed: [...failed, ...given] };
}
