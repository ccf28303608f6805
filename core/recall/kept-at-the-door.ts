import { readVerdict } from '../documents/gate/verdict.ts';
import type { AtTheDoor } from '../gate/gate.ts';
import { recalledKey } from '../layout/gate-keys.ts';
import type { Sha256 } from '../names/digest.ts';
import type { Store, StoredObject } from '../ports/store.ts';
import { storedDigests } from '../store/stored-digests.ts';
import { knownAtTheDoor } from './known-at-the-door.ts';
import type { FileAt, PackageAt } from './served-file.ts';

/**
 * A file that was recalled, as the gate is asked about it: by the bytes that were kept.
 *
 * @returns null when none were kept, or what lies there by now is something else, of which nobody asks
 * @throws GatehouseError `store.*`; `json.invalid` when a verdict or control is damaged
 */
export async function keptAtTheDoor(
  file: PackageAt | FileAt,
  sha256: Sha256,
  store: Store,
): Promise<(AtTheDoor & { readonly bytes: StoredObject }) | null> {
  const kept = await store.get(recalledKey(sha256));
  if (kept === null) return null;
  const lying = { bytes: kept, digests: await storedDigests(kept) };
  if (lying.digests.sha256 !== sha256) return null;
  const earlier = (await readVerdict(store, file.id, sha256))?.value ?? null;
  return { ...(await knownAtTheDoor(file, lying, { store, earlier })), bytes: kept };
}
