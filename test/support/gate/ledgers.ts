import type { Decided } from '../../../core/ledger/ledger-entry.ts';
import { openLedger } from '../../../core/ledger/open-ledger.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import type { Store } from '../../../core/ports/store.ts';
import { type MemoryStore, memoryStore } from '../../twins/store-memory.ts';

/** Time that stands, for what does not wait. */
export const standingClock = { now: () => 1_800_000_000_000, sleep: async () => {}, random: () => 0.5 };

/** A decision that no other number has. */
export const decision = (number: number): Decided => ({
  event: 'judged',
  id: `noarch/p${number}-1.0-0.conda`,
  sha256: sha256Of(`bytes ${number}`),
  verdict: number % 3 === 0 ? 'hold' : 'pass',
  evidence: sha256Of(`document ${number}`),
});

/** A store with a ledger of so many entries, from decision 1 on. */
export async function ledgerOf(entries: number): Promise<MemoryStore> {
  const store = memoryStore();
  await appendAll(store, entries);
  return store;
}

export async function appendAll(store: Store, entries: number): Promise<void> {
  const ledger = openLedger({ store, clock: standingClock });
  for (let number = 1; number <= entries; number++) await ledger.append(decision(number));
}
