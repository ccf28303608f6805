import { GatehouseError } from '../error.ts';
import type { ObjectKey } from '../layout.ts';
import type { Clock } from '../ports/clock.ts';
import type { StagedObject, Store } from '../ports/store.ts';
import { backOff } from './back-off.ts';
import { generationOf } from './published-generation.ts';

export interface PublishWorld {
  readonly store: Store;
  readonly clock: Clock;
}

const attempts = 10;

/** Whether an output is older than a state of this generation, or not there. */
export async function isBehind({ store }: PublishWorld, key: ObjectKey, generation: number): Promise<boolean> {
  return generationOf((await store.get(key))?.metadata) < generation;
}

/**
 * Puts an output in its place unless one of the same or a later generation is there: a worker that stalled must not
 * undo what others published meanwhile (aws.md 5.3).
 *
 * @returns false when such a one was there
 * @throws GatehouseError `store.conflict` (retry) when others kept getting there first
 */
export async function publishFenced(
  { store, clock }: PublishWorld,
  staged: StagedObject,
  { key, generation }: { readonly key: ObjectKey; readonly generation: number },
): Promise<boolean> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const there = await store.get(key);
    if (generationOf(there?.metadata) >= generation) return false;
    const condition = there === null ? { absent: true as const } : { etag: there.etag };
    const { status } = await staged.publish(key, { generation: `${generation}` }, condition);
    if (status === 'written') return true;
    await backOff(clock, attempt);
  }
  throw new GatehouseError('store.conflict', `${key} kept changing under us`, { retry: true });
}
