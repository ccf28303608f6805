import { type GateVerdict, isPassing, keyOfVerdict, readVerdict } from '../documents/gate/verdict.ts';
import { canonicalJson } from '../json/json.ts';
import type { Ledger } from '../ledger/open-ledger.ts';
import { sha256Of } from '../names/digest.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { updateJson } from '../store/update-json.ts';
import { keepKnownScripts } from './known-scripts.ts';

/**
 * Lays a verdict at rest, under compare-and-swap: its entry of the ledger first, then the document, then which scripts passed.
 * One that says what is there already is not written again.
 *
 * @param concluded the verdict, given what is there: asked anew when another was first
 */
export async function keepVerdict(
  { id, sha256 }: Pick<GateVerdict, 'id' | 'sha256'>,
  concluded: (there: GateVerdict | null) => Promise<GateVerdict>,
  world: { readonly store: Store; readonly clock: Clock; readonly ledger: Ledger },
): Promise<GateVerdict> {
  const { store } = world;
  const read = () => readVerdict(store, id, sha256);
  let isAppended = false;
  const kept = await updateJson<GateVerdict, null>(world, { key: keyOfVerdict(id, sha256), read }, async (there) => {
    const verdict = await concluded(there);
    const isTheSame = there !== null && saysTheSame(there, verdict);
    if (isTheSame && !isAppended) return null;
    // Of two who judge at once one loses, after its entry: the ledger's last word is of what is there.
    const laid = isTheSame ? there : verdict;
    const evidence = sha256Of(canonicalJson(laid));
    await world.ledger.append({ event: 'judged', id, sha256, verdict: laid.verdict, evidence });
    isAppended = true;
    return isTheSame ? null : verdict;
  });
  if (kept === null) throw new Error(`no verdict of ${id}`);
  // What entered by a person's word for a time is held again without it.
  if (isPassing(kept) && kept.waivers.length === 0) await keepKnownScripts(kept, store);
  return kept;
}

/** Whether only times differ: of the judgement, and of data that told nothing new. */
function saysTheSame(a: GateVerdict, b: GateVerdict): boolean {
  const told = ({ checks, judgedAt, judgedBy, ...rest }: GateVerdict) =>
    canonicalJson({ ...rest, checks: checks.map(({ dataAsOf, ...check }) => check) });
  return told(a) === told(b);
}
