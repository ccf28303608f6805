import type { SyncReport } from '../sync.ts';
import { planDocument } from './plan-json.ts';

/** `sync --json`: one document, `{plan, fetched, held, failed, indexed, proof}`. */
export function syncJson({ plan, fetched, held, failed, indexed, proof }: SyncReport): string {
  const { gained, lost } = proof;
  const document = {
    plan: planDocument(plan),
    fetched,
    held,
    failed,
    indexed,
    proof: { entries: proof.proof.entries, gained, lost },
  };
  return JSON.stringify(document, null, 2);
}
