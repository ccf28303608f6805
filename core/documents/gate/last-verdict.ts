import { verdictsOf } from '../../layout/gate-keys.ts';
import type { Sha256 } from '../../names/digest.ts';
import type { Store } from '../../ports/store.ts';
import { readJsonObject } from '../../store/read-json-object.ts';
import { type GateVerdict, readVerdict, verdictSchema } from './verdict.ts';

/**
 * The verdict of these bytes under a name; of what is made here, whose bytes nobody knows before (`sha256` null), that of the
 * bytes that were judged last under it. Null where there is none.
 *
 * @throws GatehouseError `json.invalid` for a damaged one
 */
export async function lastVerdict(store: Store, id: string, sha256: Sha256 | null): Promise<GateVerdict | null> {
  if (sha256 !== null) return (await readVerdict(store, id, sha256))?.value ?? null;
  let last: GateVerdict | null = null;
  for await (const { key } of store.list(verdictsOf(id))) {
    const verdict = (await readJsonObject(store, key, verdictSchema))?.value ?? null;
    if (verdict !== null && verdict.judgedAt >= (last?.judgedAt ?? 0)) last = verdict;
  }
  return last;
}
