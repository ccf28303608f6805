import { canonicalJson, parseJson } from '../json/json.ts';
import { ledgerKey, ledgerPrefix } from '../layout/gate-keys.ts';
import type { ObjectKey } from '../layout/keys.ts';
import { type Sha256, sha256Of } from '../names/digest.ts';
import type { Store } from '../ports/store.ts';
import { GatehouseError } from '../problems/error.ts';
import { mapInOrder } from '../store/map-in-order.ts';
import { isDamaged } from '../store/read-json-object.ts';
import { type LedgerEntry, ledgerEntrySchema } from './ledger-entry.ts';

/** What lies at a place of the ledger. */
export interface LedgerRead {
  readonly key: ObjectKey;
  /** Of the bytes: what the next entry must name. */
  readonly sha256: Sha256;
  /** Or what is wrong with it by itself. */
  readonly entry: LedgerEntry | GatehouseError;
}

/** 50 a second or so from a bucket one by one, hundreds so; each is some 400 bytes. */
const maxReadsAtOnce = 16;

/** Every entry of the ledger, in order; memory holds a few of them. */
export async function* readLedger(store: Store): AsyncGenerator<LedgerRead, void, void> {
  const read = async ({ key }: { readonly key: ObjectKey }) => ({ key, object: await store.read(key) });
  for await (const { key, object } of mapInOrder(store.list(ledgerPrefix), maxReadsAtOnce, read)) {
    if (object !== null) yield { key, sha256: sha256Of(object.bytes), entry: entryOf(key, object.bytes) };
  }
}

/** Its bytes are ours and no others, and it lies where it says: else what is damaged, or put there, would go unseen. */
function entryOf(key: ObjectKey, bytes: Uint8Array): LedgerEntry | GatehouseError {
  const text = Buffer.from(bytes).toString('utf8');
  try {
    const entry = parseJson(text, ledgerEntrySchema, key);
    if (ledgerKey(entry.sequence) !== key) return wrong(`${key} is an entry ${entry.sequence}`);
    return canonicalJson(entry) === text ? entry : wrong(`${key} is not written as the gate writes`);
  } catch (error) {
    if (isDamaged(error)) return error;
    throw error;
  }
}

const wrong = (message: string) => new GatehouseError('json.invalid', message);
