import { type GateAnswer, type GateVerdict, verdictSchema } from '../documents/gate/verdict.ts';
import { parseJson } from '../json/json.ts';
import { heldKey, recalledKey, verdictKey, verdictsPrefix } from '../layout/gate-keys.ts';
import { type ObjectKey, objectKeySchema } from '../layout/keys.ts';
import { namedBytes } from '../layout/named-bytes.ts';
import type { LedgerEntry } from '../ledger/ledger-entry.ts';
import { decidedOn, type VerifiedLedger, verifyLedger } from '../ledger/verify-ledger.ts';
import { type Sha256, sha256Of } from '../names/digest.ts';
import type { Store } from '../ports/store.ts';
import { tellingOf } from '../problems/problem.ts';
import { mapInOrder } from '../store/map-in-order.ts';
import { isDamaged } from '../store/read-json-object.ts';
import { storedDigests } from '../store/stored-digests.ts';
import type { Damage, VerifyReport } from './damage.ts';

export interface VerifiedVerdicts extends VerifyReport {
  readonly ledger: VerifiedLedger;
  /** What the document of each file's bytes says, by `decidedOn`; null of a document that says nothing. */
  readonly verdicts: ReadonlyMap<string, GateAnswer | null>;
}

const maxReadsAtOnce = 16;

/**
 * Reads the ledger, and holds every verdict at rest to it: a document is byte for byte the one that its last entry names, and
 * no entry lacks its document whose bytes are here. So a document that was changed, removed, put in, or put back as it was once is found.
 */
export async function verifyVerdicts(store: Store): Promise<VerifiedVerdicts> {
  const first = await verifyLedger(store);
  const { verdicts, suspects } = await readVerdicts(first, store);
  // A file may have been judged meanwhile: what looks wrong is looked at again, by the ledger as it is by then.
  const ledger = suspects.length === 0 ? first : await verifyLedger(store);
  const problems: Damage[] = ledger.faults.map((fault) => ({ code: 'verify.ledger', ...fault, hint: mending }));
  for (const suspect of suspects) problems.push(...(await documentProblems(suspect, ledger, store)));
  return { checked: ledger.entries + verdicts.size, problems, ledger, verdicts };
}

const mending = 'find out who wrote there, and put it back from a backup';

async function readVerdicts({ latest }: VerifiedLedger, store: Store) {
  const verdicts = new Map<string, GateAnswer | null>();
  const suspects: ObjectKey[] = [];
  const read = ({ key }: { readonly key: ObjectKey }) => readDocument(key, latest, store);
  for await (const { key, about, verdict, fault } of mapInOrder(store.list(verdictsPrefix), maxReadsAtOnce, read)) {
    if (about !== null) verdicts.set(about, verdict);
    if (fault !== null) suspects.push(key);
  }
  for (const [about, { event, id, sha256 }] of latest)
    if (event === 'judged' && !verdicts.has(about) && (await lies(id, sha256, store)))
      suspects.push(verdictKey(id, sha256));
  return { verdicts, suspects };
}

/** Whether the bytes came: of a judgement that was cut off, and whose file never did, no document tells. */
async function lies(id: string, sha256: Sha256, store: Store): Promise<boolean> {
  const kept = await Promise.all([heldKey, recalledKey].map((keyOf) => store.get(keyOf(sha256))));
  if (kept.some((object) => object !== null)) return true;
  const object = await store.get(objectKeySchema.parse(id.startsWith('simple/') ? id : `conda/${id}`));
  return object !== null && (await storedDigests(object)).sha256 === sha256;
}

async function documentProblems(key: ObjectKey, { latest }: VerifiedLedger, store: Store): Promise<Damage[]> {
  const { fault } = await readDocument(key, latest, store);
  return fault === null ? [] : [{ code: 'verify.verdict', key, ...fault }];
}

interface ReadDocument {
  readonly key: ObjectKey;
  /** Null where the key is none of a verdict. */
  readonly about: string | null;
  readonly verdict: GateAnswer | null;
  readonly fault: Pick<Damage, 'detail' | 'hint'> | null;
}

async function readDocument(
  key: ObjectKey,
  latest: ReadonlyMap<string, LedgerEntry>,
  store: Store,
): Promise<ReadDocument> {
  const named = namedBytes(key, verdictsPrefix);
  const about = named && decidedOn({ event: 'judged', ...named });
  const object = await store.read(key);
  if (about === null) return { key, about, verdict: null, fault: { detail: 'is no place of a verdict' } };
  if (object === null) return { key, about, verdict: null, fault: { detail: 'is gone', hint: judgingAnew } };
  const document = parsed(object.bytes, key);
  if (document instanceof Error) return { key, about, verdict: null, fault: tellingOf(document) };
  if (decidedOn({ event: 'judged', ...document }) !== about)
    return { key, about, verdict: null, fault: { detail: `is of ${document.id}` } };
  const entry = latest.get(about);
  return { key, about, verdict: document.verdict, fault: unlikeEntry(entry, document, sha256Of(object.bytes)) };
}

const judgingAnew = 'gatehouse sweep judges anew what is served and has no verdict';

function unlikeEntry(entry: LedgerEntry | undefined, { verdict }: GateVerdict, sha256: string): ReadDocument['fault'] {
  const hint = `find out who wrote it; once it is deleted, ${judgingAnew}`;
  if (entry === undefined) return { detail: 'no entry of the ledger tells of it', hint };
  if (entry.evidence === sha256 && entry.verdict === verdict) return null;
  return { detail: `is not what entry ${entry.sequence} of the ledger was decided by`, hint };
}

function parsed(bytes: Uint8Array, key: ObjectKey) {
  try {
    return parseJson(Buffer.from(bytes).toString('utf8'), verdictSchema, key);
  } catch (error) {
    if (isDamaged(error)) return error;
    throw error;
  }
}
