import type { Allowlist } from '../core/allowlist/parse-allowlist.ts';
import type { Log } from '../core/event.ts';
import type { Plan } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import { type Applied, apply } from '../core/steps/apply.ts';
import type { IndexedSubdir } from '../core/steps/index-subdir.ts';
import { plan } from '../core/steps/plan.ts';
import { type ProofReport, prove } from '../core/steps/prove.ts';
import { fetchJobs } from './fetch-jobs.ts';
import { indexAll } from './index-all.ts';
import type { World } from './open-world.ts';
import { planWorld } from './plan-world.ts';

export interface SyncReport {
  readonly plan: Plan;
  readonly fetched: readonly string[];
  /** What changed in or left the index; less than planned when a fetch failed. */
  readonly applied: Applied;
  /** Alterations and artifacts kept back until something changes. */
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

/** All that did not hold, named: what makes the exit status 1. */
export function syncProblems({ plan: { problems }, failed, indexed, proof }: SyncReport): Problem[] {
  const unproven = proof.proof.entries
    .filter(({ installable }) => !installable)
    .map(({ entry, platform, explanation }) => ({
      code: 'proof.unsolvable',
      subject: `${entry} on ${platform}`,
      detail: explanation ?? '',
    }));
  const known = new Set(problems.map(({ subject }) => subject));
  const fresh = unproven.filter(({ subject }) => !known.has(subject));
  return [...problems, ...failed, ...indexed.flatMap((subdir) => subdir.problems), ...fresh];
}
