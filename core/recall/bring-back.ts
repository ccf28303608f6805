import { recalledKey } from '../layout/gate-keys.ts';
import { simpleMetadataKey } from '../layout/keys.ts';
import { digestStream } from '../names/digest.ts';
import { parseWheelFileName } from '../names/wheel-file-name.ts';
import { chunksOf } from '../ports/byte-source.ts';
import type { Store, StoredObject } from '../ports/store.ts';
import { GatehouseError } from '../problems/error.ts';
import { putOnce } from '../store/put-once.ts';
import { readWheel } from '../wheel/read-wheel.ts';
import { type FileAt, keyOfPlace, type PackageAt } from './served-file.ts';

/**
 * Puts bytes that were recalled back under their public key, of a wheel its metadata before them. Create-only: what a sync
 * fetched meanwhile stays. Safe to run twice; the bytes that were kept stay where they are.
 *
 * @throws GatehouseError `store.*`, `package.refused` for a wheel that cannot be read
 */
export async function bringBack(file: PackageAt | FileAt, kept: StoredObject, store: Store): Promise<void> {
  if (file.kind === 'file') await writeMetadata(file, kept, store);
  await using staged = await store.stage();
  for await (const bytes of chunksOf(kept)) await staged.write(bytes);
  const { sha256, md5 } = await digestStream(chunksOf(await staged.source()));
  if (kept.key !== recalledKey(sha256)) throw new GatehouseError('state.damaged', `${kept.key} is not what was kept`);
  const key = keyOfPlace(file);
  const { status } = await staged.publish(key, { sha256, md5 });
  if (status === 'written' || (await store.get(key)) !== null) return;
  throw new GatehouseError('store.conflict', `${key} was refused, yet nothing is there`, { retry: true });
}

async function writeMetadata({ project, fileName }: FileAt, kept: StoredObject, store: Store): Promise<void> {
  const name = parseWheelFileName(fileName);
  if (!name.ok) return;
  const { metadataBytes } = await readWheel(kept, name.wheel);
  await putOnce(store, simpleMetadataKey(project, fileName), metadataBytes);
}
