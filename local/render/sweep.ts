import type { Waiver } from '../../core/documents/gate/policy.ts';
import { shownLine } from '../../core/problems/shown-text.ts';
import type { SweepReport } from '../../core/recall/sweep-report.ts';
import { type SweptAll, sweepProblems } from '../pipeline/sweep-all.ts';
import { jsonText } from './json-text.ts';

/** `sweep --json`: what was found of the channel, of `staging` (null where nothing is staged), and `problems` of both. */
export function sweepJson(swept: SweptAll): string {
  const { problems: _, ...channel } = swept.channel;
  const staging = swept.staging && (({ problems: __, ...rest }) => rest)(swept.staging);
  return `${jsonText({ ...channel, staging, problems: sweepProblems(swept) }, 2)}\n`;
}

/** What was recalled and released, a line for each file. */
export const sweepText = ({ channel, staging }: SweptAll): string =>
  [...linesOf(channel, ''), ...(staging === null ? [] : linesOf(staging, 'staging: '))].join('');

const linesOf = ({ recalled, released }: SweepReport, where: string): string[] => [
  ...recalled.map(({ id, reason }) => `- ${where}${shownLine(id)}  ${shownLine(reason)}\n`),
  ...released.map((id) => `+ ${where}${shownLine(id)}\n`),
];

/**
 * What a sweep went by and found, and which waivers end soon.
 *
 * @param now milliseconds since the epoch
 */
export function sweepSummary({ channel, staging }: SweptAll, now: number): string {
  const reports = staging === null ? [channel] : [channel, staging];
  const sum = (of: (report: SweepReport) => number) => reports.reduce((total, report) => total + of(report), 0);
  const checked = sum((report) => report.checked);
  const uncovered = sum((report) => report.uncovered);
  const lines = [
    `looked at ${files(checked)}, ${sum((report) => report.judged)} of them for the first time: ` +
      `${sum((report) => report.recalled.length)} recalled, ${sum((report) => report.released.length)} released`,
    adviceLine(channel, now),
    ...(uncovered === 0 ? [] : [`${files(uncovered)} of no known PyPI project: no advisory can be found of them`]),
    ...reports.flatMap(codesLine),
    ...channel.expiring.map(waiverLine),
  ];
  return lines.map((line) => `${shownLine(line)}\n`).join('');
}

const files = (count: number): string => (count === 1 ? '1 file' : `${count} files`);

const hourMs = 3_600_000;

function adviceLine({ advisoriesAsOf }: SweepReport, now: number): string {
  if (advisoriesAsOf === null) return 'there were no advisories to go by';
  const hours = Math.max(0, Math.floor((now - advisoriesAsOf) / hourMs));
  const age = hours === 0 ? 'less than an hour old' : hours === 1 ? '1 hour old' : `${hours} hours old`;
  return `the advisories are ${age} (${new Date(advisoriesAsOf).toISOString().slice(0, 16)}Z)`;
}

function codesLine({ codes }: SweepReport): string[] {
  const told = Object.entries(codes).map(([code, count]) => `${code} ${count}`);
  return told.length === 0 ? [] : [`what the gate says of how many files: ${told.join(', ')}`];
}

const waiverLine = ({ check, sha256, expires, reason }: Waiver): string =>
  `the waiver of ${check} for ${sha256.slice(0, 12)}… ends on ${expires}, and what it let in is then recalled: ${reason}`;
