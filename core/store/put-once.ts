import type { ObjectKey } from '../layout/keys.ts';
import type { Store } from '../ports/store.ts';
import { GatehouseError } from '../problems/error.ts';

/**
 * Writes an object unless there is one: what came first stays.
 *
 * @returns whether it was written, and none was there
 * @throws GatehouseError `store.conflict` (retry) when S3 refused it for a rival that then failed
 */
export async function putOnce(store: Store, key: ObjectKey, bytes: Uint8Array): Promise<boolean> {
  const { status } = await store.put(key, bytes, { absent: true });
  if (status === 'written') return true;
  if ((await store.get(key)) !== null) return false;
  throw new GatehouseError('store.conflict', `${key} was refused, yet nothing is there`, { retry: true });
}
