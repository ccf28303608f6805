import { z } from 'zod';
import { canonicalJson } from '../json/json.ts';
import { failedFetchesPrefix, failedFetchKey } from '../layout/keys.ts';
import type { Sha256 } from '../names/digest.ts';
import type { Store } from '../ports/store.ts';
import { problemSchema } from '../problems/problem.ts';
import { mapInOrder } from '../store/map-in-order.ts';
import { readJsonObject } from '../store/read-json-object.ts';

const failedFetchSchema = z.strictObject({
  version: z.literal(1),
  /** Milliseconds since the epoch: one plan may be that of several runs. */
  failedAt: z.number(),
  problem: problemSchema,
  /** It was tried often enough: the run goes on without it. */
  givenUp: z.boolean(),
});
/** How the last try to fetch a file of a plan failed. */
export type FailedFetch = z.infer<typeof failedFetchSchema>;

/** Notes that a file of a plan did not come; what was noted of it before is written over. */
export async function noteFailedFetch(store: Store, plan: Sha256, id: string, failed: Omit<FailedFetch, 'version'>) {
  await store.put(failedFetchKey(plan, id), Buffer.from(canonicalJson({ version: 1, ...failed })));
}

export async function wasNoted(store: Store, plan: Sha256, id: string): Promise<boolean> {
  return (await store.get(failedFetchKey(plan, id))) !== null;
}

/** Documents that are read side by side. */
const maxReads = 16;

/**
 * Those of a plan's files that were given up since a time, by id.
 *
 * @throws GatehouseError `json.invalid` for a damaged note
 */
export async function failedFetches(store: Store, plan: Sha256, since: number): Promise<Map<string, FailedFetch>> {
  const prefix = failedFetchesPrefix(plan);
  const ids: string[] = [];
  for await (const { key } of store.list(prefix)) ids.push(key.slice(prefix.length, -'.json'.length));
  const found = new Map<string, FailedFetch>();
  const noteOf = async (id: string) =>
    [id, (await readJsonObject(store, failedFetchKey(plan, id), failedFetchSchema))?.value] as const;
  for await (const [id, failed] of mapInOrder(ids, maxReads, noteOf)) {
    if (failed?.givenUp && failed.failedAt >= since) found.set(id, failed);
  }
  return found;
}
