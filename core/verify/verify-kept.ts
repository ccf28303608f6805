import { readRecall, restoringRecall } from '../documents/gate/recalled.ts';
import { heldPrefix, recalledPrefix, recallKey } from '../layout/gate-keys.ts';
import type { ObjectKey } from '../layout/keys.ts';
import type { VerifiedLedger } from '../ledger/verify-ledger.ts';
import { digestStream, type Sha256, sha256Of, sha256Schema } from '../names/digest.ts';
import { chunksOf } from '../ports/byte-source.ts';
import type { Store } from '../ports/store.ts';
import { tellingOf } from '../problems/problem.ts';
import { isDamaged } from '../store/read-json-object.ts';
import type { Damage, VerifyReport } from './damage.ts';

/** Bytes that are held lie under their sha256: what a waiver lets in later must be what was judged. */
export const verifyHeld = (store: Store): Promise<VerifyReport> => verifyKept(store, heldPrefix);

/**
 * Bytes that were recalled lie under their sha256, and each document that says why is the one of the last entry that a
 * ledger has of it.
 *
 * @param ledgers of both sides of the store: what is recalled is recalled in both
 */
export async function verifyRecalls(store: Store, ledgers: readonly VerifiedLedger[]): Promise<VerifyReport> {
  const { checked, problems } = await verifyKept(store, recalledPrefix);
  const found: Damage[] = [];
  const seen = new Set<string>();
  for await (const { key } of store.list(recalledPrefix)) {
    const sha256 = recallOf(key);
    if (sha256 === null) continue;
    seen.add(sha256);
    found.push(...(await recallProblems(key, sha256, { store, ledgers })));
  }
  const recalls = ledgers.flatMap(({ latest }) => [...latest.values()].filter(({ event }) => event !== 'judged'));
  const gone = new Set(recalls.map(({ sha256 }) => sha256).filter((sha256) => !seen.has(sha256)));
  const lost = [...gone].map(
    (sha256): Damage => ({ code: 'verify.verdict', key: recallKey(sha256), detail: 'is gone', hint: restoringRecall }),
  );
  return { checked: checked + seen.size, problems: [...problems, ...found, ...lost] };
}

async function verifyKept(store: Store, prefix: string): Promise<VerifyReport> {
  const problems: Damage[] = [];
  let checked = 0;
  for await (const { key } of store.list(prefix)) {
    if (recallOf(key) !== null) continue;
    const object = await store.get(key);
    if (object === null) continue;
    checked += 1;
    const { sha256 } = await digestStream(chunksOf(object));
    const detail = `its bytes have sha256 ${sha256}`;
    if (key !== prefix + sha256) problems.push({ code: 'verify.kept', key, detail, hint: 'delete it' });
  }
  return { checked, problems };
}

/** Whose recall a document is, by its key; null of bytes. */
function recallOf(key: ObjectKey): Sha256 | null {
  if (!key.startsWith(recalledPrefix) || !key.endsWith('.json')) return null;
  return sha256Schema.safeParse(key.slice(recalledPrefix.length, -'.json'.length)).data ?? null;
}

async function recallProblems(
  key: ObjectKey,
  sha256: Sha256,
  { store, ledgers }: { readonly store: Store; readonly ledgers: readonly VerifiedLedger[] },
): Promise<Damage[]> {
  const object = await store.read(key);
  if (object === null) return [];
  try {
    await readRecall(store, sha256);
  } catch (error) {
    if (!isDamaged(error)) throw error;
    return [{ code: 'verify.verdict', key, ...tellingOf(error), hint: restoringRecall }];
  }
  const evidence = sha256Of(object.bytes);
  if (ledgers.some(({ latest }) => latest.get(sha256)?.evidence === evidence)) return [];
  const detail = 'is not what the last entry of the ledger about it was decided by';
  return [{ code: 'verify.verdict', key, detail, hint: restoringRecall }];
}
