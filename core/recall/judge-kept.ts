import { type GateVerdict, readVerdict } from '../documents/gate/verdict.ts';
import { recalledKey } from '../layout/keys.ts';
import type { Sha256 } from '../names/digest.ts';
import type { StoredObject } from '../ports/store.ts';
import { storedDigests } from '../store/stored-digests.ts';
import type { ExaminingWorld } from './examine-served.ts';
import { knownAtTheDoor } from './known-at-the-door.ts';
import type { FileAt, PackageAt } from './served-file.ts';

export interface JudgedKept {
  readonly kept: StoredObject;
  readonly verdict: GateVerdict;
}

/**
 * Has the gate judge the bytes that were kept of a file that was recalled, as those of what is served.
 *
 * @returns null when none were kept
 * @throws GatehouseError `store.*`; `json.invalid` when a verdict or control is damaged
 */
export async function judgeKept(
  file: PackageAt | FileAt,
  sha256: Sha256,
  { store, gate }: Pick<ExaminingWorld, 'store' | 'gate'>,
): Promise<JudgedKept | null> {
  const kept = await store.get(recalledKey(sha256));
  if (kept === null) return null;
  const earlier = (await readVerdict(store, file.id, sha256))?.value ?? null;
  const known = await knownAtTheDoor(file, sha256, { store, earlier });
  const digests = await storedDigests(kept);
  return { kept, verdict: await gate.judge({ ...known, digests, bytes: kept, isServed: true }) };
}
