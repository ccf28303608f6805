import { z } from 'zod';
import { canonicalJson } from '../json/json.ts';
import { clockKey, watchKey } from '../layout/keys.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { readJsonObject } from '../store/read-json-object.ts';

/** What the clock starts, by rules of its own. */
const clockNames = ['sync', 'reconcile', 'prune', 'sweep'] as const;
export type ClockName = (typeof clockNames)[number];

/** EventBridge's expressions; none of what the clock does not start. */
export const schedulesSchema = z.partialRecord(z.enum(clockNames), z.string());
export type Schedules = z.infer<typeof schedulesSchema>;

interface ClockWorld {
  readonly store: Store;
  readonly clock: Pick<Clock, 'now'>;
}

const clockSchema = z.strictObject({ version: z.literal(1), at: z.number() });

/** Notes that the clock started something: who watches the clock asks for it (core/steps/cloud-run/watch.ts). */
export async function noteClock(name: ClockName, { store, clock }: ClockWorld): Promise<void> {
  await store.put(clockKey(name), Buffer.from(canonicalJson({ version: 1, at: clock.now() })));
}

const watchedSchema = z.strictObject({
  version: z.literal(1),
  /** Each schedule as it is deployed, and since when it is known, in milliseconds since the epoch. */
  schedules: z.partialRecord(z.enum(clockNames), z.strictObject({ expression: z.string(), since: z.number() })),
});

/**
 * When each schedule last fired, as far as anybody knows: not before it was first met, for another may have been deployed before.
 *
 * @returns milliseconds since the epoch, by name
 */
export async function lastFired(schedules: Schedules, { store, clock }: ClockWorld): Promise<Map<ClockName, number>> {
  const known = (await readJsonObject(store, watchKey, watchedSchema))?.value.schedules ?? {};
  const fired = new Map<ClockName, number>();
  const next: z.infer<typeof watchedSchema>['schedules'] = {};
  for (const name of clockNames) {
    const expression = schedules[name];
    if (expression === undefined) continue;
    const before = known[name];
    const since = before?.expression === expression ? before.since : clock.now();
    next[name] = { expression, since };
    fired.set(name, Math.max(since, (await readJsonObject(store, clockKey(name), clockSchema))?.value.at ?? 0));
  }
  const bytes = canonicalJson({ version: 1, schedules: next });
  if (bytes !== canonicalJson({ version: 1, schedules: known })) await store.put(watchKey, Buffer.from(bytes));
  return fired;
}
