import type { ProvenEntry } from '../../core/documents/proof.ts';
import type { Problem } from '../../core/problems/problem.ts';
import { shownLine } from '../../core/problems/shown-text.ts';
import type { SyncReport } from '../pipeline/sync.ts';
import { jsonText } from './json-text.ts';
import { problemLines } from './messages.ts';
import { planDocument } from './plan.ts';

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
  return jsonText(document, 2);
}

/** A sync for a person: what it did, what is provably installable now, and everything that did not hold, by name. */
export function syncSummary(
  { plan, fetched, applied, indexed, proof }: SyncReport,
  problems: readonly Problem[],
): string {
  const packages = indexed.reduce((sum, subdir) => sum + subdir.packages, 0);
  const { entries } = proof.proof;
  const installable = entries.filter((entry) => entry.installable).length;
  const own = applied.hotfixed.length === 0 ? '' : `, hotfixed ${applied.hotfixed.length}`;
  return [
    `fetched ${fetched.length}, changed ${applied.changed.length}, dropped ${applied.dropped.length}${own}; ${packages} packages in the index\n`,
    withheld(plan.change.length - applied.changed.length, plan.drop.length - applied.dropped.length),
    `proof: ${installable} of ${entries.length} install from this channel alone\n`,
    named('now installable', proof.gained),
    named('no longer installable', proof.lost),
    problemLines(problems),
  ].join('');
}

const withheld = (change: number, drop: number): string =>
  change + drop === 0 ? '' : `not yet, until every fetch succeeds: ${change} to change, ${drop} to drop\n`;

const named = (what: string, entries: readonly ProvenEntry[]): string =>
  entries.map(({ entry, platform }) => `  ${what}: ${shownLine(entry)} on ${platform}\n`).join('');
