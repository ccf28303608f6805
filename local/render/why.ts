import type { Firing } from '../../core/documents/gate/verdict.ts';
import { shownLine } from '../../core/problems/shown-text.ts';
import { shownUrl } from '../../core/problems/shown-url.ts';
import type { WhyReport } from '../../core/steps/evidence/why.ts';
import type { WhyFile } from '../../core/why/why-file.ts';
import { jsonText } from './json-text.ts';

/** `gatehouse why --json`: `{files: [{id, sha256, side, state, now, until, verdict, source, ...}], versions, near}`. */
export const whyJson = (report: WhyReport): string => `${jsonText(report, 2)}\n`;

/** Some lines for each file, the worst first: what became of it, and then how it came to that. */
export const whyText = ({ files }: WhyReport): string => files.map(fileText).join('\n');

function fileText(file: WhyFile): string {
  const { id, sha256, side, damaged } = file;
  const staged = side === 'staging' ? ' (staging)' : '';
  const lines = [
    ...(file.now?.telling ?? []).map(firingLine),
    ...file.waiversToWrite.map((line) => `to let it in, once you have looked at it, in "waivers": ${line}`),
    ...stateLines(file),
    ...broughtLines(file),
    ...judgedLines(file),
    `sha256 ${sha256}`,
    ...ledgerLine(file),
    ...damaged.map((detail) => `damaged: ${detail} (gatehouse verify says more)`),
  ];
  return [`${id}${staged}: ${stateText(file)}`, ...lines.map((line) => `  ${line}`)].map(indented).join('');
}

const indented = (line: string): string => `${line.startsWith('  ') ? '  ' : ''}${shownLine(line.trim())}\n`;

function stateText({ state, now, until, verdict }: WhyFile): string {
  if (state === 'held') return until === null ? 'held' : `held until ${time(until)}`;
  if (state !== 'served') return state;
  if (verdict === null) return 'served, and not judged yet';
  return now?.verdict === 'pass' ? 'served' : `served, verdict ${now?.verdict}`;
}

function firingLine({ code, verdict, detail, until }: Firing): string {
  const found = `${code} ${verdict}: ${detail}`;
  return verdict === 'warn' || until === undefined ? found : `${found}; ends by itself on ${time(until)}`;
}

function stateLines({ recall, keptOut, state }: WhyFile): string[] {
  const recalled =
    recall === null
      ? []
      : [
          `recalled on ${time(recall.at)}: ${recall.reason}${recall.endedAt ? `; ended on ${time(recall.endedAt)}` : ''}`,
        ];
  return [...recalled, ...(keptOut === null ? [] : [`${state}: ${keptOut}`])];
}

function broughtLines({ verdict, needed, source }: WhyFile): string[] {
  const { entries = [], reasons = [], allowlist = null } = verdict?.request ?? {};
  const by = allowlist === null ? '' : ` (allowlist ${allowlist.slice(0, 12)})`;
  return [
    ...(entries.length === 0 ? [] : [`brought by ${entries.join(', ')}${by}`]),
    ...reasons.map((reason) => `reason: ${reason}`),
    ...(needed.length === 0 || needed.join() === entries.join() ? [] : [`needed now by ${needed.join(', ')}`]),
    ...(source === null ? [] : [sourceLine(source)]),
  ];
}

function sourceLine({ origin, from, url, by, madeOf, firstSeen }: NonNullable<WhyFile['source']>): string {
  const where = url ?? from;
  const how = {
    upstream: 'from',
    index: 'from',
    made: 'made of a file from',
    published: 'published',
    copied: 'copied in',
  };
  const parts = [
    how[origin],
    ...(where === null ? [] : [shownUrl(where)]),
    ...(by === null ? [] : [`with the token ${by}`]),
    ...(madeOf === null ? [] : [`(${madeOf.id}, sha256 ${madeOf.sha256})`]),
  ];
  return firstSeen === null ? parts.join(' ') : `${parts.join(' ')}, here since ${time(firstSeen)}`;
}

function judgedLines({ verdict }: WhyFile): string[] {
  if (verdict === null) return [];
  const { checks, judgedAt, judgedBy, published, previous, waivers } = verdict;
  const dates = checks.map(({ dataAsOf }) => dataAsOf).filter((at) => at !== undefined);
  const asOf = dates.length === 0 ? '' : `, advisories as of ${time(Math.min(...dates))}`;
  return [
    ...(published === null ? [] : [`public since ${time(published.at)} by ${published.by}`]),
    `judged ${time(judgedAt)} by gatehouse ${judgedBy}: ${checks.length} checks${asOf}`,
    ...(previous === null ? [] : [`compared with the build of sha256 ${previous}`]),
    ...waivers.map(({ check, expires, reason }) => `waived: ${check} until ${expires}: ${reason}`),
  ];
}

const ledgerLine = ({ ledger }: WhyFile): string[] =>
  ledger.length === 0
    ? []
    : [
        `ledger: ${ledger.map(({ sequence, event, verdict, at }) => `${sequence} ${event} ${verdict} ${time(at)}`).join(', ')}`,
      ];

/** In UTC, to the second. */
const time = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
