import { failedFetches } from '../documents/failed-fetch.ts';
import { lastVerdict } from '../documents/gate/last-verdict.ts';
import { type GateVerdict, isPassing } from '../documents/gate/verdict.ts';
import { idsToAdd, plannedById } from '../documents/job.ts';
import { artifactId, type Plan } from '../documents/plan.ts';
import type { SimpleFile } from '../documents/simple/simple-plan.ts';
import type { Sha256 } from '../names/digest.ts';
import type { Store } from '../ports/store.ts';
import type { Problem } from '../problems/problem.ts';
import { type ChannelStore, listPackages } from '../store/list-packages.ts';
import { mapInOrder } from '../store/map-in-order.ts';

/** Ids of artifacts and of files for pip that a plan adds and the store does not have. */
export async function missingOf(plan: Plan, { store, channel }: ChannelStore): Promise<string[]> {
  const missing = new Set(idsToAdd(plan));
  if (plan.add.length > 0) for await (const found of listPackages(store, channel)) missing.delete(artifactId(found));
  for (const id of await wholeFiles(plan, store)) missing.delete(id);
  return [...missing];
}

/**
 * The files for pip that a plan adds and that are there with their metadata, by their ids, which are their keys. One that
 * lost its metadata has a job as well, and nothing may leave before it is whole.
 */
async function wholeFiles({ simple }: Plan, store: Store): Promise<string[]> {
  if (simple.add.length === 0) return [];
  const lacking = new Set(simple.add.flatMap((id) => [id, `${id}.metadata`]));
  for await (const { key } of store.list('simple/', () => {})) lacking.delete(key);
  return simple.add.filter((id) => !lacking.has(id) && !lacking.has(`${id}.metadata`));
}

/** Verdicts that are read side by side. */
const maxReads = 16;

export interface PlannedSince {
  readonly plan: Plan;
  /** Milliseconds since the epoch: what was judged before is of another plan. */
  readonly since: number;
}

/** The verdicts of those of a plan that were judged since then, and did not pass. */
export async function heldVerdicts(
  missing: readonly string[],
  { plan, since }: PlannedSince,
  store: Store,
): Promise<GateVerdict[]> {
  const planned = plannedById(plan);
  const verdictOf = (id: string) => {
    const found = planned.get(id);
    return lastVerdict(store, id, found?.kind === 'file' ? sha256OfFile(found.file) : (found?.artifact.sha256 ?? null));
  };
  const held: GateVerdict[] = [];
  for await (const verdict of mapInOrder(missing, maxReads, verdictOf)) {
    if (verdict !== null && verdict.judgedAt >= since && !isPassing(verdict)) held.push(verdict);
  }
  return held;
}

/** The ids of the same. */
export const heldOf = async (missing: readonly string[], judged: PlannedSince, store: Store): Promise<string[]> =>
  (await heldVerdicts(missing, judged, store)).map(({ id }) => id);

/** Of a wheel that is made here nobody knows it before. */
const sha256OfFile = ({ sdist, sha256 }: SimpleFile): Sha256 | null => (sdist === undefined ? sha256 : null);

/** A run's plan, and since when, in milliseconds since the epoch, it was tried: a note of the same plan's earlier run says nothing of this one. */
export interface TriedSince {
  readonly planId: Sha256;
  readonly since: number;
}

/** Why those of a plan that were given up since then did not come. */
export async function failedOf(
  missing: readonly string[],
  { planId, since }: TriedSince,
  store: Store,
): Promise<Problem[]> {
  if (missing.length === 0) return [];
  const noted = await failedFetches(store, planId, since);
  return missing.flatMap((id) => {
    const problem = noted.get(id)?.problem;
    return problem === undefined ? [] : [{ ...problem, subject: id }];
  });
}
