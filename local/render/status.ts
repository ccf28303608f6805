import type { Problem } from '../../core/problems/problem.ts';
import { shownLine } from '../../core/problems/shown-text.ts';
import type { ChannelStatus, ProofStatus } from '../../core/status/channel-status.ts';
import { isUnderWay, type Share, type SyncStatus } from '../../core/status/sync-status.ts';
import type { CloudStatus } from '../world/cloud-status.ts';
import { jsonText } from './json-text.ts';
import { problemLines } from './messages.ts';
import { waitingLines } from './waiting.ts';

export interface ShownStatus {
  /** As `--store` names it. */
  readonly store: string;
  readonly status: ChannelStatus;
  /** Null where no stack fills the store. */
  readonly cloud: CloudStatus | null;
  /** All that makes it not well. */
  readonly problems: readonly Problem[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * `status --json`: `{store, well, allowlist, underWay, last, proof, stack, cloud, problems}`. Times are milliseconds since the
 * epoch; `problems` has all that makes `well` false.
 */
export function statusJson({ store, status, cloud, problems }: ShownStatus): string {
  const { allowlist, underWay, last, proof, stack } = status;
  const well = isWell({ status, problems });
  return `${jsonText({ store, well, allowlist, underWay, last, proof, stack, cloud, problems }, 2)}\n`;
}

/** A store that was never synced is not well: whoever watches it watches the wrong one, or too early. */
export const isWell = ({ status, problems }: Pick<ShownStatus, 'status' | 'problems'>): boolean =>
  problems.length === 0 && !isNew(status);

const isNew = ({ allowlist, underWay, last }: ChannelStatus): boolean =>
  allowlist === null && underWay === null && last === null;

/** The same for a person, in 80 columns. */
export function statusText(shown: ShownStatus): string {
  const { store, status, cloud, problems, now } = shown;
  const { underWay, last, proof } = status;
  const held = [...(underWay?.held ?? []), ...(last?.held ?? [])];
  const lines = [
    placeLine(store, status),
    ...(isNew(status) ? ['never synced: gatehouse sync fills it from allowlist.json'] : []),
    ...allowlistLines(status),
    ...(underWay === null ? [] : [`under way: ${syncText(underWay, now)}`]),
    ...(last === null ? [] : [`last sync: ${syncText(last, now)}`]),
    ...proofLines(proof),
    ...cloudLines(cloud, status),
    ...waitingText(underWay ?? last),
    ...textLines(problemLines(held, 'held file')),
    ...textLines(problemLines(problems)),
  ];
  return (
    lines
      .flatMap(wrapped)
      // What the bucket's documents and AWS's answers say is text from outside.
      .map((line) => `${shownLine(line)}\n`)
      .join('')
  );
}

function placeLine(store: string, { stack }: ChannelStatus): string {
  if (stack === null) return store;
  const url = stack.channelUrl === undefined ? '' : `, served at ${stack.channelUrl}`;
  return `${store}, filled by the stack ${stack.stack} in ${stack.region}${url}`;
}

function allowlistLines({ allowlist }: ChannelStatus): string[] {
  if (allowlist === null) return [];
  const { entries, platforms } = allowlist;
  return [`allowlist: ${entries === 1 ? '1 entry' : `${entries} entries`} for ${platforms.join(', ')}`];
}

function syncText(sync: SyncStatus, now: number): string {
  const { by, round, stage, startedAt, seenAt } = sync;
  const who = by === 'cloud' ? `a run of the cloud${round === 1 ? '' : `, round ${round}`}` : 'by command';
  const began = `began ${timeText(startedAt)}`;
  const parts = [who, began, ...endText(sync), stageText(stage), ...shares(sync)];
  return `${parts.join(', ')}${isUnderWay(sync) ? ` (${agoText(now - seenAt)})` : ''}`;
}

function endText({ stage, seenAt }: SyncStatus): string[] {
  if (stage === 'cut off') return [`last heard of ${timeText(seenAt)}`];
  return stage === 'ended' || stage === 'settled' ? [`ended ${timeText(seenAt)}`] : [];
}

const stageTexts: Readonly<Record<SyncStatus['stage'], string>> = {
  planning: 'planning',
  fetching: 'fetching',
  'fetching-second': 'fetching second formats',
  altering: 'changing the index',
  settled: 'settled',
  indexing: 'indexing',
  proving: 'proving',
  ended: 'done',
  'cut off': 'did not end',
};

const stageText = (stage: SyncStatus['stage']): string => stageTexts[stage];

function shares({ stage, slices, files }: SyncStatus): string[] {
  const planned = slices === null || stage !== 'planning' ? [] : [`${shareText(slices)} parts solved`];
  return [...planned, ...(files === null ? [] : [`${shareText(files)} files came`])];
}

const shareText = ({ done, of }: Share): string => `${done} of ${of}`;

function proofLines(proof: ProofStatus | null): string[] {
  if (proof === null) return [];
  const since = `, as found ${timeText(proof.since)}`;
  const pip = proof.pip.of === 0 ? [] : [`proof for pip: ${shareText(proof.pip)} install from these pages alone`];
  return [`proof: ${shareText(proof.conda)} install from this channel alone${since}`, ...pip];
}

function cloudLines(cloud: CloudStatus | null, { stack }: ChannelStatus): string[] {
  if (cloud === null || stack === null) return [];
  const { deadLetters, alarms, unread } = cloud;
  const dead = deadLetters?.reduce((sum, { messages }) => sum + messages, 0);
  return [
    ...(dead === undefined ? [] : [`dead letters: ${dead === 0 ? 'none' : dead}`]),
    ...(alarms === null
      ? []
      : [`alarms: ${alarms.length === 0 ? 'none' : alarms.length} of ${stack.alarms.length} gone off`]),
    ...(stack.dashboard === undefined ? [] : [`dashboard: ${stack.dashboard}, in CloudWatch in ${stack.region}`]),
    ...unread.map(({ subject, detail, hint }) => `${subject} ${detail}; hint: ${hint}`),
  ];
}

/** What waits for want of advisories there is a warning of, and no line for each. */
function waitingText(sync: SyncStatus | null): string[] {
  const lines = sync === null ? [] : waitingLines({ waiting: [...sync.waiting] });
  if (lines.length === 0) return [];
  const count = lines.length === 1 ? '1 file waits' : `${lines.length} files wait`;
  return [`${count} at the gate:`, ...lines.map((line) => `  ${line}`)];
}

const textLines = (text: string): string[] => text.split('\n').slice(0, -1);

/** A time in UTC, to the minute. */
const timeText = (time: number): string => `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

const minuteMs = 60_000;

/** How long ago a sync was heard of. */
function agoText(ms: number): string {
  const minutes = Math.floor(Math.max(0, ms) / minuteMs);
  return minutes === 0 ? 'heard of just now' : `heard of ${minutes === 1 ? '1 minute' : `${minutes} minutes`} ago`;
}

const maxColumns = 80;

/** A line cut at blanks to 80 columns, what goes on indented behind it; a word that is longer stays whole. */
function wrapped(line: string): string[] {
  const indent = /^ */.exec(line)?.[0] ?? '';
  const lines: string[] = [];
  let current = indent;
  for (const word of line.trim().split(/ +/)) {
    const isFirst = current.trim() === '';
    if (!isFirst && current.length + 1 + word.length > maxColumns) {
      lines.push(current);
      current = `${indent}  ${word}`;
    } else current = isFirst ? `${current}${word}` : `${current} ${word}`;
  }
  return [...lines, current];
}
