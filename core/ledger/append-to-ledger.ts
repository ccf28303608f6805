import { canonicalJson } from '../json/json.ts';
import { ledgerKey, ledgerPrefix } from '../layout/keys.ts';
import { type Sha256, sha256Of } from '../names/digest.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { GatehouseError } from '../problems/error.ts';
import { backOff } from '../store/update-json.ts';
import type { Decided, LedgerEntry } from './ledger-entry.ts';

interface LedgerWorld {
  readonly store: Store;
  readonly clock: Clock;
}

const maxAttempts = 50;

/**
 * Appends a decision to the ledger: create-only at the next place, behind whoever was there first. It is written before what it
 * tells of, so that nothing is at rest without an entry; of one that was cut off there is an entry too many, which does no harm.
 *
 * @throws GatehouseError `store.conflict` (retry) when others kept getting there first
 */
export async function appendToLedger(decided: Decided, { store, clock }: LedgerWorld): Promise<void> {
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const { sequence, sha256 } = await lastEntry(store);
    const entry: LedgerEntry = { version: 1, sequence: sequence + 1, previous: sha256, at: clock.now(), ...decided };
    const { status } = await store.put(ledgerKey(sequence + 1), Buffer.from(canonicalJson(entry)), { absent: true });
    if (status === 'written') return;
    await backOff(clock, attempt);
  }
  throw new GatehouseError('store.conflict', 'others kept writing to the ledger', { retry: true });
}

async function lastEntry(store: Store): Promise<{ readonly sequence: number; readonly sha256: Sha256 | null }> {
  let sequence = 0;
  for await (const _ of store.list(ledgerPrefix)) sequence += 1;
  if (sequence === 0) return { sequence, sha256: null };
  const last = await store.read(ledgerKey(sequence));
  if (last === null) throw new GatehouseError('state.damaged', `the ledger lacks entry ${sequence}`);
  return { sequence, sha256: sha256Of(last.bytes) };
}
