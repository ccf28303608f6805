import { canonicalJson } from '../json/json.ts';
import { ledgerHeadKey, ledgerKey } from '../layout/gate-keys.ts';
import { sha256Of } from '../names/digest.ts';
import { sameBytes } from '../ports/byte-source.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { GatehouseError } from '../problems/error.ts';
import { backOff } from '../store/update-json.ts';
import { type End, endBehind, findEnd } from './find-end.ts';
import type { Decided, LedgerEntry, LedgerHead } from './ledger-entry.ts';

interface LedgerWorld {
  readonly store: Store;
  readonly clock: Clock;
}

export interface Ledger {
  /**
   * Appends a decision: create-only at the next place, behind whoever was there first. It is written before what it tells
   * of, so that nothing is at rest without an entry; of what was cut off, or of whose write nobody knows whether it
   * arrived, there may be an entry too many, which does no harm.
   *
   * @throws GatehouseError `store.*`; `store.conflict` (retry) when others kept getting there first; `state.damaged` when the
   *   entry that the ledger ended with is gone
   */
  append(decided: Decided): Promise<void>;
}

/**
 * The ledger of one side of a store, for as long as a command or an invocation goes on. Appends of one process go one after
 * the other: they would only take places from each other. While nobody else writes, each is one request, and the head one
 * more once no other waits.
 */
export function openLedger(world: LedgerWorld): Ledger {
  let end: End | null = null;
  let waiting = 0;
  let turn: Promise<void> = Promise.resolve();
  const append = async (decided: Decided): Promise<void> => {
    waiting -= 1;
    end = await appendBehind(end ?? (await findEnd(world.store)), decided, world);
    if (waiting === 0) await keepHead(end, world.store);
  };
  return {
    append(decided) {
      waiting += 1;
      const done = turn.then(() => append(decided));
      turn = done.catch(() => undefined);
      return done;
    },
  };
}

/** Some 14 downloaders at once: each of them has its turn long before this. */
const maxAttempts = 50;

/** @returns where the ledger ends then */
async function appendBehind(known: End, decided: Decided, { store, clock }: LedgerWorld): Promise<End> {
  let end = known;
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const sequence = end.sequence + 1;
    const entry: LedgerEntry = { version: 1, sequence, previous: end.sha256, at: clock.now(), ...decided };
    const bytes = Buffer.from(canonicalJson(entry));
    const { status } = await store.put(ledgerKey(sequence), bytes, { absent: true });
    if (status === 'written') return { sequence, sha256: sha256Of(bytes) };
    // Where nothing is, S3 was busy with a write that failed: the place is free.
    const there = await store.read(ledgerKey(sequence));
    if (there !== null) end = { sequence, sha256: sha256Of(there.bytes) };
    // A write whose answer was lost, and that was tried again, meets itself.
    if (there !== null && sameBytes(there.bytes, bytes)) return end;
    await backOff(clock, Math.min(attempt, maxDoublings));
    end = await endBehind(end, store);
  }
  throw new GatehouseError('store.conflict', 'others kept writing to the ledger', { retry: true });
}

/** Rivals wait for up to 400 ms: an entry is written in less than a tenth of that. */
const maxDoublings = 2;

async function keepHead({ sequence, sha256 }: End, store: Store): Promise<void> {
  if (sha256 === null) return;
  const head: LedgerHead = { version: 1, sequence, sha256 };
  await store.put(ledgerHeadKey, Buffer.from(canonicalJson(head)));
}
