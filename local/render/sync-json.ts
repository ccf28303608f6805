import type { SyncReport } from '../sync.ts';
import { planDocument } from './plan-json.ts';

/**
 * `sync --json`: one document, `{plan, fetched, applied, held, failed, indexed, proof}`; `applied` is what of the plan's
 * `change`, `drop` and `hotfix` was carried out.
 */
export function syncJson({ plan, fetched, applied, held, failed, indexed, proof }: SyncReport): string {
  const { gained, lost } = proof;
  const document = {
    plan: planDocument(plan),
    fetched,
    applied,
    held,
    failed,
    indexed,
    proof: { entries: proof.proof.entries, gained, lost },
  };
  return JSON.stringify(document, null, 2);
}
