import { isPassing, verdictSchema } from '../../documents/gate/verdict.ts';
import { verdictsOf } from '../../layout/gate-keys.ts';
import type { Sha256 } from '../../names/digest.ts';
import type { Store } from '../../ports/store.ts';
import { GatehouseError } from '../../problems/error.ts';
import { readJsonObject } from '../../store/read-json-object.ts';

/**
 * Holds bytes of an upstream to its word: a name that other bytes passed the gate under is theirs for ever, though they may be
 * gone by now. Whoever locked the name would get something else under it.
 *
 * @throws GatehouseError `fetch.mutated` with `A2.mutated`, which raises the alarm of what cannot be fetched
 */
export async function expectSameBytes(id: string, sha256: Sha256, store: Store): Promise<void> {
  for await (const { key } of store.list(verdictsOf(id))) {
    const verdict = (await readJsonObject(store, key, verdictSchema))?.value;
    if (verdict === undefined || verdict.sha256 === sha256 || !isPassing(verdict)) continue;
    throw new GatehouseError('fetch.mutated', `A2.mutated: upstream has other bytes under this name: ${sha256}`, {
      hint: `${verdict.sha256} entered under it before: find out why upstream changed it, and take another build`,
    });
  }
}
