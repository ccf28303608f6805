import { memoryQueue } from '../../adapters/queue-memory.ts';
import type { Applied } from '../../core/diff/write-overrides.ts';
import type { Allowlist } from '../../core/documents/allowlist/parse-allowlist.ts';
import { artifactId, artifactJobs, fetchedFirst, jobSchema, keepPlan, type Plan } from '../../core/documents/plan.ts';
import { parseJson } from '../../core/json/json.ts';
import type { Log } from '../../core/ports/log.ts';
import type { Problem } from '../../core/problems/problem.ts';
import { byEntryAndPlatform, installs } from '../../core/solve/solve-request.ts';
import { apply } from '../../core/steps/apply.ts';
import { fetchArtifact } from '../../core/steps/fetch.ts';
import type { IndexedSubdir } from '../../core/steps/index-subdir.ts';
import { plan } from '../../core/steps/plan.ts';
import { type ProofReport, prove } from '../../core/steps/prove.ts';
import { planWorld, type World } from '../world/open-world.ts';
import { indexAll } from './index-all.ts';

export interface SyncReport {
  readonly plan: Plan;
  readonly fetched: readonly string[];
  /** The changes that were carried out; fewer than planned when a fetch failed. */
  readonly applied: Applied;
  /** Changes and artifacts kept back until something else changes. */
  readonly held: readonly Problem[];
  readonly failed: readonly Problem[];
  readonly indexed: readonly IndexedSubdir[];
  readonly proof: ProofReport;
}

/**
 * The whole pipeline once: plan, fetch, decide, index, prove. Each step leaves its data at rest, so a run that was cut
 * off anywhere is finished by the next one.
 */
export async function sync(allowlist: Allowlist, world: World, log: Log): Promise<SyncReport> {
  const planned = await plan(allowlist, planWorld(world, log));
  const { fetched, failed } = await fetchJobs(planned, world, log);
  const applied = await apply(planned, { ...world, fetchedAll: failed.length === 0 });
  const indexed = await indexAll(allowlist, world, { log });
  const proof = await prove(allowlist, { ...world, log });
  const held = planned.problems.filter(({ code }) => code.startsWith('held.'));
  return { plan: planned, fetched, applied, held, failed, indexed, proof };
}

export interface Fetched {
  /** Ids of artifacts that are in the store now and were not before. */
  readonly fetched: readonly string[];
  readonly failed: readonly Problem[];
}

/**
 * Fetches everything the plan adds; one that fails does not stop the others. The plan is laid to rest under its own
 * hash: its jobs name it, and it says later why they were there.
 *
 * The second format of a stem, which hides the first once it is there, was proved with all the others present: it is
 * fetched last, and only if they are.
 */
export async function fetchJobs(plan: Plan, world: World, log: Log): Promise<Fetched> {
  if (plan.add.length === 0) return { fetched: [], failed: [] };
  const id = await keepPlan(world.store, plan);
  const first = await workOff(artifactJobs(id, fetchedFirst(plan)), { plan, world, log });
  if (first.failed.length > 0) return first;
  const last = await workOff(artifactJobs(id, plan.second), { plan, world, log });
  return { fetched: [...first.fetched, ...last.fetched].sort(), failed: last.failed };
}

/** As browsers and conda do: enough to fill a line, and polite to a server. */
const maxConcurrentDownloads = 8;

async function workOff(
  messages: readonly string[],
  { plan, world, log }: { plan: Plan; world: World; log: Log },
): Promise<Fetched> {
  const artifacts = new Map(plan.artifacts.map((artifact) => [artifactId(artifact), artifact]));
  const fetched: string[] = [];
  const failed: Problem[] = [];
  const idIn = (message: string): string => parseJson(message, jobSchema, 'job').artifact;
  const handle = async (message: string) => {
    const id = idIn(message);
    const artifact = artifacts.get(id);
    if (artifact === undefined) return;
    const outcome = await fetchArtifact(artifact, { ...world, log });
    if (outcome.status === 'failed') failed.push(outcome.problem);
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
  return { fetched: fetched.sort(), failed: [...failed, ...given] };
}

/** All that did not hold, named: what makes the exit status 1. */
export function syncProblems({ plan: { problems, entries }, failed, indexed, proof }: SyncReport): Problem[] {
  const unproven = proof.proof.entries
    .filter(({ installable }) => !installable)
    .map(({ entry, platform, explanation }) => ({
      code: 'proof.unsolvable',
      subject: `${entry} on ${platform}`,
      detail: explanation ?? '',
    }));
  const known = new Set([...problems.map(({ subject }) => subject), ...unplanned(entries)]);
  const fresh = unproven.filter(({ subject }) => !known.has(subject));
  return [...problems, ...failed, ...indexed.flatMap((subdir) => subdir.problems), ...fresh];
}

/** Entries that the plan has told of already: by themselves, or with the platform that upstream cannot be read for. */
const unplanned = (entries: Plan['entries']): string[] =>
  byEntryAndPlatform(entries).flatMap((group) =>
    installs(group) ? [] : group.map(({ entry, platform }) => `${entry} on ${platform}`),
  );
