import { readRecall } from '../../documents/gate/recalled.ts';
import { heldKey, recalledKey } from '../../layout/gate-keys.ts';
import type { Sha256 } from '../../names/digest.ts';
import { chunksOf } from '../../ports/byte-source.ts';
import { type StageWorld, stageBytes } from '../../python-index/stage-bytes.ts';
import type { Received } from '../../upstream/download.ts';

/**
 * The bytes of a sha256 that the gate keeps, staged once more: held ones, which a waiver may have released, or recalled ones,
 * whose recall may have ended. Null when it keeps none, or what lies there is damaged: then they come from upstream.
 *
 * @throws GatehouseError `store.too-large` where they have no room
 */
export async function keptBytes(sha256: Sha256 | null, world: StageWorld): Promise<Received | null> {
  if (sha256 === null) return null;
  const wasRecalled = (await readRecall(world.store, sha256)) !== null;
  const held = await world.store.get(heldKey(sha256));
  const object = held ?? (wasRecalled ? await world.store.get(recalledKey(sha256)) : null);
  if (object === null) return null;
  const received = await stageBytes(chunksOf(object), world);
  if (received.digests.sha256 === sha256) return received;
  await received[Symbol.asyncDispose]();
  return null;
}
