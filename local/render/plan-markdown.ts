import {
  type Artifact,
  artifactId,
  bytesToFetch,
  type EntryOutcome,
  type Plan,
  type Waiting,
} from '../../core/documents/plan.ts';
import { type PipOutcome, type SimplePlan, simpleFileId } from '../../core/documents/simple/simple-plan.ts';
import type { Problem } from '../../core/problems/problem.ts';
import { shownText } from '../../core/problems/shown-text.ts';
import { notTried } from '../../core/solve/telling/one-cause.ts';
import { formatBytes } from './format-bytes.ts';
import { notTriedLines, planTotals } from './plan.ts';
import { simpleTotals } from './simple-plan.ts';
import { moreText, offerLines, placeText } from './together.ts';
import { shownWaiting, untilCell } from './waiting.ts';

/** A plan as a comment on the pull request that changes the allowlist. */
export function planMarkdown(plan: Plan): string {
  const idRows = (ids: readonly string[]): string[][] => ids.map((id) => [codeCell(id)]);
  return [
    '## Gatehouse plan',
    planTotals(plan),
    ...notTriedLines(plan),
    markdownTable('Entries', ['entry', 'platform', 'python', 'packages'], plan.entries.map(entryRowOf(plan))),
    markdownTable('Fetch', ['package', 'from', 'size', 'for', 'sha256'], addRows(plan)),
    markdownTable('Change', ['package'], idRows(plan.change)),
    markdownTable('Drop', ['package'], idRows(plan.drop)),
    markdownTable('Hotfix', ['package'], idRows(plan.hotfix)),
    simpleTotals(plan.simple),
    markdownTable('Entries for pip', ['entry', 'platform', 'pythons', 'files'], simpleEntryRows(plan)),
    markdownTable('Fetch for pip', ['file', 'from', 'size', 'for', 'sha256'], simpleAddRows(plan.simple)),
    markdownTable('Change for pip', ['file'], idRows(plan.simple.change)),
    markdownTable('Drop for pip', ['file'], idRows(plan.simple.drop)),
    markdownTable('Waiting at the gate', ['file', 'check', 'until', 'why'], shownWaiting(plan.waiting).map(waitingRow)),
    markdownTable('Not into one environment', ['entries', 'where', 'why', 'what to do'], apartRows(plan)),
    plan.advisories === 'none' ? 'Advisories: none' : '',
    markdownTable('Problems', ['what', 'where', 'detail', 'hint'], problemRows(plan.problems)),
    markdownTable('Warnings', ['what', 'where', 'detail', 'hint'], problemRows(plan.warnings)),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n');
}

const entryRowOf =
  ({ simple, warnings }: Plan) =>
  ({ entry, platform, python, status, artifacts, explanation }: EntryOutcome): string[] => {
    const isTold = warnings.some(({ code, subject }) => code === 'pypi.pip-only' && subject === entry);
    const fared = explanation === notTried ? 'not tried' : status;
    const unsolved = isTold && isSolved(simple.entries, entry, platform) ? 'for pip alone' : `**${fared}**`;
    const packages = status === 'solved' ? `${artifacts.length}` : unsolved;
    return [codeCell(entry), platform, codeCell(python ?? ''), packages];
  };

const isSolved = (outcomes: readonly (EntryOutcome | PipOutcome)[], entry: string, platform: string): boolean =>
  outcomes.some((one) => one.status === 'solved' && one.entry === entry && one.platform === platform);

function addRows({ artifacts, add }: Plan): string[][] {
  const adding = new Set(add);
  return artifacts
    .filter((artifact) => adding.has(artifactId(artifact)))
    .map((artifact) => [
      codeCell(artifactId(artifact)),
      fromCell(artifact),
      sizeCell(bytesToFetch(artifact)),
      artifact.why.map(codeCell).join(', '),
      codeCell((artifact.made ?? artifact).sha256?.slice(0, 12) ?? 'none'),
    ]);
}

/** Nothing, where upstream does not say how large a file is. */
const sizeCell = (bytes: number): string => (bytes === 0 ? '' : formatBytes(bytes));

/** The file that a package is made of has the sha256 of the row; a package of a channel is its own. */
const fromCell = ({ made }: Artifact): string => (made === undefined ? 'conda' : `pypi: ${codeCell(made.fileName)}`);

const noOutcome = { entry: '', platform: '', status: 'failed', explanation: null };

/** One row for an entry on a platform: the pythons that it solves with. */
function simpleEntryRows(plan: Plan): string[][] {
  return [...Map.groupBy(plan.simple.entries, ({ entry, platform }) => `${platform} ${entry}`).values()].map(
    (group) => {
      const [{ entry, platform, status, explanation } = noOutcome] = group;
      const solved = group.filter((one) => one.status === 'solved');
      const files = new Set(solved.flatMap((one) => one.files));
      const pythons = solved.map(({ python }) => python).join(', ');
      const isForConda = status === 'unsolvable' && isSolved(plan.entries, entry, platform);
      const unsolved = isForConda ? 'for conda alone' : `**${explanation === notTried ? 'not tried' : status}**`;
      return [codeCell(entry), platform, pythons, solved.length > 0 ? `${files.size}` : unsolved];
    },
  );
}

function simpleAddRows({ files, add }: SimplePlan): string[][] {
  const adding = new Set(add);
  return files
    .filter((file) => adding.has(simpleFileId(file)))
    .map((file) => [
      codeCell(simpleFileId(file)),
      codeCell(file.sdist ?? file.fileName),
      sizeCell(file.size ?? 0),
      file.why.map(codeCell).join(', '),
      codeCell(file.sha256.slice(0, 12)),
    ]);
}

const waitingRow = (one: Waiting): string[] => [
  codeCell(one.id),
  codeCell(one.code),
  untilCell(one),
  codeCell(one.detail),
];

/** Each installs, but not into one environment. */
function apartRows({ together }: Plan): string[][] {
  if (together === undefined) return [];
  const rows = together.apart.map((one) => [
    one.entries.map(codeCell).join('<br>'),
    codeCell(placeText(one)),
    codeCell(one.reason),
    offerLines(one).map(codeCell).join('<br>'),
  ]);
  return together.more ? [...rows, [moreText, '', '', '']] : rows;
}

/** One row for all that share code, sentence and hint. */
const problemRows = (problems: readonly Problem[]): string[][] =>
  [...Map.groupBy(problems, ({ code, detail, hint }) => JSON.stringify([code, detail, hint])).values()].map((alike) => {
    const { code = '', detail = '', hint = '' } = alike[0] ?? {};
    return [code, alike.map(({ subject }) => subject).join('\n'), detail, hint].map(codeCell);
  });

/**
 * Text from outside as code in a cell of a Markdown table, each of its lines for itself. In a code span of its own
 * nothing is a link, an image, HTML, a mention, or the number of an issue (GitHub Flavored Markdown, 6.3 and 4.10).
 */
export const codeCell = (text: string): string =>
  shownText(text)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map(codeSpan)
    .join('<br>');

/** A span is fenced by more backticks than it holds; a `|` would end the cell, even in code, but for a backslash. */
function codeSpan(line: string): string {
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const inside = line.replace(/\\+(?=\|)/g, '$& ').replaceAll('|', '\\|');
  return longest === 0 ? `${fence}${inside}${fence}` : `${fence} ${inside} ${fence}`;
}

/** A table with a heading; nothing without rows. A row is its cells. */
export function markdownTable(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [`### ${title}`, '', line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
