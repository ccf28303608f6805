import { canonicalJson } from '../json/json.ts';
import { sha256Of } from '../names/digest.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { type Updated, updateJson } from '../store/update-json.ts';
import type { Decided } from './ledger-entry.ts';
import type { Ledger } from './open-ledger.ts';

export interface DecidingWorld {
  readonly store: Store;
  readonly clock: Clock;
  readonly ledger: Ledger;
}

interface Decision<T> {
  /** What is to be of what is there; null leaves it. Asked anew when another was first. */
  next(there: T | null): Promise<T | null> | T | null;
  /** What the ledger says of it. */
  entryOf(document: T): Omit<Decided, 'evidence'>;
}

/**
 * Lays a document of the gate at rest, under compare-and-swap: its entry of the ledger first. Of two who decide at once one loses,
 * after its entry; it then appends another, so that the ledger's last word is of what is there.
 *
 * @returns what is there then
 */
export function layDecided<T>(
  world: DecidingWorld,
  document: Updated<T, null>,
  { next, entryOf }: Decision<T>,
): Promise<T | null> {
  let isAppended = false;
  return updateJson<T, null>(world, document, async (there) => {
    const decided = await next(there);
    const laid = decided ?? (isAppended ? there : null);
    if (laid === null) return null;
    await world.ledger.append({ ...entryOf(laid), evidence: sha256Of(canonicalJson(laid)) });
    isAppended = true;
    return decided;
  });
}
