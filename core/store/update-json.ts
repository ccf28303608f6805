import { canonicalJson } from '../json/json.ts';
import type { ObjectKey } from '../layout/keys.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { GatehouseError } from '../problems/error.ts';
import type { JsonObject } from './read-json-object.ts';

/** One of our own JSON objects that changes. `Absent` is null for one that may not be there. */
export interface Updated<T, Absent extends null> {
  readonly key: ObjectKey;
  /** What is there, with the ETag to replace it under; null when nothing is (`readJsonObject`, or a reader over it). */
  read(): Promise<JsonObject<T> | Absent>;
  /** What the error says when others keep getting there first. */
  readonly conflict?: string;
}

const maxAttempts = 20;

/**
 * Changes one of our own JSON objects under compare-and-swap: reads it, applies `change`, and writes the result as
 * canonical JSON only if the object is still the one that was read. A lost race is run again with what is there then.
 *
 * @param change what is to be of what was read, null when nothing was; null leaves all as it is. Asked at each attempt
 * @returns what is there then; null when nothing is
 * @throws GatehouseError `store.conflict` (retry) when others kept getting there first
 */
export async function updateJson<T, Absent extends null = never>(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  { key, read, conflict = `${key} kept changing under us` }: Updated<T, Absent>,
  change: (current: T | Absent) => Promise<T | null> | T | null,
): Promise<T | Absent> {
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const there = await read();
    const current = there === null ? there : there.value;
    const next = await change(current);
    if (next === null) return current;
    const condition = there === null ? { absent: true as const } : { etag: there.etag };
    const outcome = await store.put(key, Buffer.from(canonicalJson(next)), condition);
    if (outcome.status === 'written') return next;
    await backOff(clock, attempt);
  }
  throw new GatehouseError('store.conflict', conflict, { retry: true });
}

const maxWaitMs = 5000;

/** Waits before another try: anywhere up to 100 ms, twice that at each attempt, so that rivals come apart. */
export const backOff = (clock: Clock, attempt: number): Promise<void> =>
  clock.sleep(clock.random() * Math.min(maxWaitMs, 100 * 2 ** attempt));
