import { readRecall } from '../../documents/gate/recalled.ts';
import type { CheckResult } from '../../documents/gate/verdict.ts';
import type { Sha256 } from '../../names/digest.ts';
import type { Store } from '../../ports/store.ts';

/** R1, which is no check of a file: what was recalled is out until that ends, here and in staging. */
export async function recallResult(sha256: Sha256, store: Store): Promise<CheckResult[]> {
  const recall = (await readRecall(store, sha256))?.value;
  if (recall === undefined || recall.endedAt !== undefined) return [];
  const detail = `recalled on ${new Date(recall.at).toISOString().slice(0, 10)}: ${recall.reason}`;
  return [{ id: 'R1', version: 1, firings: [{ code: 'R1.recalled', verdict: 'reject', detail }] }];
}
