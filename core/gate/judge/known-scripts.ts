import type { CheckId } from '../../documents/gate/checks.ts';
import type { GateVerdict } from '../../documents/gate/verdict.ts';
import { canonicalJson } from '../../json/json.ts';
import { knownScriptKey } from '../../layout/gate-keys.ts';
import type { Sha256 } from '../../names/digest.ts';
import type { Store } from '../../ports/store.ts';
import { putOnce } from '../../store/put-once.ts';

/** Whether a file of these bytes passed before as what it is to a check, in any package of the store. */
export const isKnownScript =
  (store: Store) =>
  async (check: CheckId, sha256: Sha256): Promise<boolean> =>
    (await store.get(knownScriptKey(check, sha256))) !== null;

/** Keeps that the scripts of a file passed with it: the same again, in the next build, is nothing new. */
export async function keepKnownScripts({ id, facts }: GateVerdict, store: Store): Promise<void> {
  for (const { path, sha256, check } of facts?.scripts ?? []) {
    const known = { version: 1, id, path };
    await putOnce(store, knownScriptKey(check, sha256), Buffer.from(canonicalJson(known)));
  }
}
