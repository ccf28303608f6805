import { ledgerHeadKey, ledgerKey, ledgerPrefix } from '../layout/gate-keys.ts';
import type { ObjectKey } from '../layout/keys.ts';
import type { Sha256 } from '../names/digest.ts';
import type { Store } from '../ports/store.ts';
import type { Problem } from '../problems/problem.ts';
import { isDamaged, readJsonObject } from '../store/read-json-object.ts';
import { type LedgerEntry, type LedgerHead, ledgerHeadSchema } from './ledger-entry.ts';
import { type LedgerRead, readLedger } from './read-ledger.ts';

/** A place of the ledger, and what is wrong there. */
interface LedgerFault extends Pick<Problem, 'detail'> {
  readonly key: ObjectKey;
}

export interface VerifiedLedger {
  /** Entries that were read. */
  readonly entries: number;
  /** Of the last entry: who noted it elsewhere can tell later that all before it is as it was. Null of an empty ledger. */
  readonly head: Sha256 | null;
  readonly faults: readonly LedgerFault[];
  /** What was decided last, by `decidedOn` of its entry. */
  readonly latest: ReadonlyMap<string, LedgerEntry>;
}

/** What an entry is about: one verdict document for each file's bytes, one document for all recalls of some bytes. */
export const decidedOn = ({ event, id, sha256 }: Pick<LedgerEntry, 'event' | 'id' | 'sha256'>): string =>
  event === 'judged' ? `${id} ${sha256}` : sha256;

/** So many are named, and the rest counted. */
const maxFaultsNamed = 50;

/**
 * Reads the whole ledger: each entry is where it says, is written as the gate writes, and names the bytes of the one before
 * it, and the head names one that is there. So an entry that was changed, removed, put in or put elsewhere is found. What
 * was cut off at the end, head and all, is not: of that the documents tell that no entry names.
 */
export async function verifyLedger(store: Store): Promise<VerifiedLedger> {
  const walk: Walk = { faults: [], count: 0, latest: new Map(), before: null, head: null };
  // Before the entries: whatever is written meanwhile comes behind it.
  walk.head = await readHead(walk, store);
  let entries = 0;
  for await (const read of readLedger(store)) {
    entries += 1;
    step(walk, read);
  }
  if (walk.head !== null)
    tell(walk, ledgerHeadKey, `the ledger lacks entry ${walk.head.sequence}, with which it ended`);
  const rest = walk.count - walk.faults.length;
  const more = rest === 0 ? [] : [{ key: ledgerKey(1), detail: `${rest} more places of the ledger are wrong` }];
  return { entries, head: walk.before?.sha256 ?? null, faults: [...walk.faults, ...more], latest: walk.latest };
}

interface Walk {
  readonly faults: LedgerFault[];
  count: number;
  readonly latest: Map<string, LedgerEntry>;
  before: { readonly sequence: number; readonly sha256: Sha256 } | null;
  /** Until its entry came. */
  head: LedgerHead | null;
}

function tell(walk: Walk, key: ObjectKey, detail: string): void {
  walk.count += 1;
  if (walk.faults.length < maxFaultsNamed) walk.faults.push({ key, detail });
}

function step(walk: Walk, { key, sha256, entry }: LedgerRead): void {
  const sequence = sequenceOf(key);
  if (sequence === null) {
    tell(walk, key, 'is no place of the ledger');
    return;
  }
  const expected = (walk.before?.sequence ?? 0) + 1;
  if (sequence > expected) tell(walk, ledgerKey(expected), lacking(expected, sequence - 1));
  if (entry instanceof Error) tell(walk, key, entry.message);
  else {
    if (sequence === expected) checkLink(walk, entry);
    walk.latest.set(decidedOn(entry), entry);
  }
  if (walk.head?.sequence === sequence) checkHead(walk, sha256);
  walk.before = { sequence, sha256 };
}

/** Either of the two may be the one that was changed; if it is the later one, the next entry does not name it either. */
function checkLink(walk: Walk, { sequence, previous }: LedgerEntry): void {
  if (previous === (walk.before?.sha256 ?? null)) return;
  const before = sequence - 1;
  const detail = `entry ${sequence} names other bytes of entry ${before} than there are: one of the two was changed`;
  tell(walk, ledgerKey(Math.max(before, 1)), before === 0 ? 'the first entry names one before it' : detail);
}

function checkHead(walk: Walk, sha256: Sha256): void {
  if (walk.head?.sha256 !== sha256) tell(walk, ledgerHeadKey, 'names other bytes of its entry than there are');
  walk.head = null;
}

const lacking = (first: number, last: number): string =>
  first === last ? `entry ${first} is gone` : `entries ${first} to ${last} are gone`;

function sequenceOf(key: ObjectKey): number | null {
  const sequence = Number(/^(\d{12})\.json$/.exec(key.slice(ledgerPrefix.length))?.[1] ?? 0);
  return sequence > 0 && ledgerKey(sequence) === key ? sequence : null;
}

async function readHead(walk: Walk, store: Store): Promise<LedgerHead | null> {
  try {
    return (await readJsonObject(store, ledgerHeadKey, ledgerHeadSchema))?.value ?? null;
  } catch (error) {
    if (!isDamaged(error)) throw error;
    tell(walk, ledgerHeadKey, error.message);
    return null;
  }
}
