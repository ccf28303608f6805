import { ledgerHeadKey, ledgerKey } from '../layout/gate-keys.ts';
import { type Sha256, sha256Of } from '../names/digest.ts';
import type { Store } from '../ports/store.ts';
import { GatehouseError } from '../problems/error.ts';
import { isDamaged, readJsonObject } from '../store/read-json-object.ts';
import { type LedgerHead, ledgerHeadSchema } from './ledger-entry.ts';

/** An entry of the ledger, the last as far as is known; 0 and null before the first. */
export interface End {
  readonly sequence: number;
  readonly sha256: Sha256 | null;
}

/**
 * Where a ledger ends, by the head that was kept and what came behind it.
 *
 * @throws GatehouseError `state.damaged` where an entry is gone that was the last once: to go on without it would hide that
 */
export async function findEnd(store: Store): Promise<End> {
  const head = await readHead(store);
  return endBehind(head === null ? { sequence: 0, sha256: null } : await entryAt(head.sequence, store), store);
}

/**
 * Where a ledger ends, from an entry that is there. It has no gaps, so it is enough to ask in strides that double, and then
 * between the last that is there and the first that is not: one request where none came behind, 33 for 100,000.
 */
export async function endBehind(known: End, store: Store): Promise<End> {
  const isThere = async (sequence: number) => (await store.get(ledgerKey(sequence))) !== null;
  let last = known.sequence;
  let stride = 1;
  while (await isThere(last + stride)) {
    last += stride;
    stride *= 2;
  }
  for (let beyond = last + stride; beyond - last > 1; ) {
    const middle = Math.floor((last + beyond) / 2);
    if (await isThere(middle)) last = middle;
    else beyond = middle;
  }
  return last === known.sequence ? known : entryAt(last, store);
}

/** The head, or null where none was kept; one that is damaged tells nothing. */
async function readHead(store: Store): Promise<LedgerHead | null> {
  try {
    return (await readJsonObject(store, ledgerHeadKey, ledgerHeadSchema))?.value ?? null;
  } catch (error) {
    if (isDamaged(error)) return null;
    throw error;
  }
}

async function entryAt(sequence: number, store: Store): Promise<End> {
  const entry = await store.read(ledgerKey(sequence));
  if (entry !== null) return { sequence, sha256: sha256Of(entry.bytes) };
  throw new GatehouseError('state.damaged', `the ledger lacks entry ${sequence}, with which it ended`, {
    hint: `put ${ledgerKey(sequence)} back from a backup; gatehouse verify says what else lacks`,
  });
}
