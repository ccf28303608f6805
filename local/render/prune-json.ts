import type { PruneReport } from '../../core/steps/prune.ts';
import { pruneTotals } from './prune-totals.ts';

/** `prune --json`: `{deleted, objects, kinds, later, problems}`; `deleted` is false of what only would be. */
export function pruneJson(report: PruneReport, removed: boolean): string {
  const { objects, later, problems } = report;
  const kinds = Object.fromEntries(pruneTotals(report).map(({ kind, ...total }) => [kind, total]));
  return `${JSON.stringify({ deleted: removed, objects, kinds, later, problems }, null, 2)}\n`;
}
