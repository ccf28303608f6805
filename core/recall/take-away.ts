import { recalledKey } from '../layout/gate-keys.ts';
import { type ObjectKey, simpleMetadataKey } from '../layout/keys.ts';
import { startDigests } from '../names/digest.ts';
import { chunksOf } from '../ports/byte-source.ts';
import type { Store, StoredObject } from '../ports/store.ts';
import { GatehouseError } from '../problems/error.ts';
import { type ServedFile, unlessGone } from './served-file.ts';

/**
 * Takes a file from its public address: its bytes are kept for the auditor, and only then its key is deleted; of a wheel
 * the metadata before it, so that a run that was cut off finds the wheel. Of bytes that are not what was noted of them the
 * very bytes are kept, which whoever had them has. Safe to run twice, and beside another: who took them away meanwhile kept them.
 *
 * @returns the keys that nobody can get any more
 */
export async function takeAway(file: ServedFile, store: Store): Promise<ObjectKey[]> {
  const object = await store.get(file.head.key);
  if (object !== null) await unlessGone(object, store, () => keepBytes(object, store));
  const keys = file.kind === 'file' ? [simpleMetadataKey(file.project, file.fileName), file.head.key] : [file.head.key];
  for (const key of keys) await store.delete(key);
  return keys;
}

/** Create-only, and named by what the bytes are: who was first kept the same. */
async function keepBytes(object: StoredObject, store: Store): Promise<void> {
  await using staged = await store.stage();
  const digests = startDigests();
  for await (const bytes of chunksOf(object)) {
    digests.update(bytes);
    await staged.write(bytes);
  }
  const { sha256, md5 } = digests.finish();
  const { status } = await staged.publish(recalledKey(sha256), { sha256, md5 });
  if (status === 'written' || (await store.get(recalledKey(sha256))) !== null) return;
  throw new GatehouseError('store.conflict', `${object.key} could not be kept, and stays`, { retry: true });
}
