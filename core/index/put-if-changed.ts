import type { ObjectKey } from '../layout.ts';
import type { Store } from '../ports/store.ts';

/** Writes an index file unless it holds these very bytes already, so that clients' caches stay good. */
export async function putIfChanged(store: Store, key: ObjectKey, bytes: Uint8Array): Promise<boolean> {
  const object = await store.get(key);
  if (object !== null && object.size === bytes.length) {
    if (Buffer.from(bytes).equals(await object.read(0, object.size))) return false;
  }
  await store.put(key, bytes);
  return true;
}
