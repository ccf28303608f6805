import { type GateVerdict, isPassing, keyOfVerdict, readVerdict } from '../../documents/gate/verdict.ts';
import { canonicalJson } from '../../json/json.ts';
import { type DecidingWorld, layDecided } from '../../ledger/lay-decided.ts';
import { GatehouseError } from '../../problems/error.ts';
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
  world: DecidingWorld,
): Promise<GateVerdict> {
  const { store } = world;
  const document = { key: keyOfVerdict(id, sha256), read: () => readVerdict(store, id, sha256) };
  const kept = await layDecided<GateVerdict>(world, document, {
    next: async (there) => {
      const verdict = await concluded(there);
      return there !== null && saysTheSame(there, verdict) ? null : verdict;
    },
    entryOf: ({ verdict }) => ({ event: 'judged', id, sha256, verdict }),
  });
  if (kept === null) throw new GatehouseError('internal.bug', `no verdict of ${id}`);
  if (isPassing(kept)) await keepKnownScripts(kept, store);
  return kept;
}

/** Whether only times differ: of the judgement, and of data that told nothing new. */
function saysTheSame(a: GateVerdict, b: GateVerdict): boolean {
  const told = ({ checks, judgedAt, judgedBy, ...rest }: GateVerdict) =>
    canonicalJson({ ...rest, checks: checks.map(({ dataAsOf, ...check }) => check) });
  return told(a) === told(b);
}
