import { plannedChanges } from '../../core/diff/write-plan.ts';
import { isMade, type Plan } from '../../core/documents/plan.ts';
import { failingEntries, type Proof } from '../../core/documents/proof.ts';
import type { Problem } from '../../core/problems/problem.ts';
import { shownLine } from '../../core/problems/shown-text.ts';
import type { IndexedProjects } from '../../core/steps/index-projects.ts';
import type { MovedEntry } from '../../core/steps/prove.ts';
import type { SyncReport } from '../pipeline/sync.ts';
import { jsonText } from './json-text.ts';
import { problemLines } from './messages.ts';
import { notTriedLines, planDocument, planTotals } from './plan.ts';
import { togetherTotals } from './together.ts';
import { gateLines } from './waiting.ts';

/**
 * `sync --json`: one document, `{plan, fetched, applied, held, failed, indexed, simple, strays, staging, proof}`; `applied` is what of
 * the plan's `change`, `drop` and `hotfix` was carried out, `staging` is `{subdirs, simple, strays}`, or null where nothing is
 * staged.
 */
export function syncJson(report: SyncReport): string {
  const { plan, fetched, applied, held, failed, indexed, simple, strays, staging, proof } = report;
  const { gained, lost } = proof;
  const document = {
    plan: planDocument(plan),
    fetched,
    applied,
    held,
    failed,
    indexed,
    simple,
    strays,
    staging,
    proof: { entries: proof.proof.entries, pip: proof.proof.pip, gained, lost },
  };
  return jsonText(document, 2);
}

/** A sync for a person: what it did, what is provably installable now, and everything that did not hold, by name. */
export function syncSummary(
  { plan, fetched, applied, held, indexed, simple, proof }: SyncReport,
  problems: readonly Problem[],
): string {
  const packages = indexed.reduce((sum, subdir) => sum + subdir.packages, 0);
  const { changed, dropped } = plannedChanges(plan);
  const { entries } = proof.proof;
  const installable = entries.length - failingEntries(proof.proof).length;
  const own = applied.hotfixed.length === 0 ? '' : `, hotfixed ${applied.hotfixed.length}`;
  return [
    `fetched ${fetched.length}, changed ${applied.changed.length}, dropped ${applied.dropped.length}${own}; ${packages} packages in the index\n`,
    forPip(simple),
    withheld(changed.length - applied.changed.length, dropped.length - applied.dropped.length),
    `proof: ${installable} of ${entries.length} install from this channel alone\n`,
    provenForPip(proof.proof),
    named('now installable', proof.gained),
    named('no longer installable', proof.lost),
    [...unmade(plan), ...notTriedLines(plan), ...gateLines(plan), ...togetherTotals(plan)]
      .map((line) => `${line}\n`)
      .join(''),
    problemLines(plan.warnings, 'warning'),
    problemLines(
      held.filter(({ code }) => code.startsWith('gate.')),
      'held file',
    ),
    problemLines(problems),
  ].join('');
}

const unmade = (plan: Plan): string[] => (isMade(plan) ? [] : [planTotals(plan)]);

/** Nothing, where nothing is served to pip. */
function forPip({ projects }: IndexedProjects): string {
  const listed = projects.filter(({ files }) => files > 0);
  const files = listed.reduce((sum, project) => sum + project.files, 0);
  const [file, project] = [files === 1 ? 'file' : 'files', listed.length === 1 ? 'project' : 'projects'];
  return files === 0 ? '' : `for pip: ${files} ${file} of ${listed.length} ${project}\n`;
}

function provenForPip({ pip }: Proof): string {
  const installable = pip.filter((entry) => entry.installable).length;
  return pip.length === 0 ? '' : `proof for pip: ${installable} of ${pip.length} install from these pages alone\n`;
}

const withheld = (change: number, drop: number): string =>
  change + drop === 0 ? '' : `not yet, until every fetch succeeds: ${change} to change, ${drop} to drop\n`;

const named = (what: string, entries: readonly MovedEntry[]): string =>
  entries
    .map(({ entry, platform, client }) => {
      const how = client === 'pip' ? ' for pip' : '';
      return `  ${what}: ${shownLine(entry)} on ${platform}${how}\n`;
    })
    .join('');
