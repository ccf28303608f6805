import type { Plan, Waiting } from '../../core/documents/plan.ts';
import { shownLine } from '../../core/problems/shown-text.ts';

/** What waits at the gate, each on a line; of what waits for want of advisories there is a warning, and no line for each. */
export function waitingLines({ waiting }: Pick<Plan, 'waiting'>): string[] {
  return shownWaiting(waiting).map(
    (one) => `. ${one.id}  waits at the gate${untilText(one)}: ${one.code}: ${shownLine(one.detail)}`,
  );
}

export const shownWaiting = (waiting: readonly Waiting[]): Waiting[] =>
  waiting.filter(({ code }) => code !== 'C3.unreachable');

/** How much waits, and that nobody looks for advisories, in a line each; nothing where there is nothing to tell. */
export function gateLines({ waiting, advisories }: Pick<Plan, 'waiting' | 'advisories'>): string[] {
  const files = shownWaiting(waiting).length;
  const waits = files === 0 ? [] : [`${files} ${files === 1 ? 'file waits' : 'files wait'} at the gate`];
  return [...waits, ...(advisories === 'none' ? ['advisories: none'] : [])];
}

const untilText = (one: Waiting): string => (one.until === null ? '' : ` until ${untilCell(one)}`);

/** A time as a day and minutes in UTC; empty for what does not end by itself. */
export const untilCell = ({ until }: Waiting): string =>
  until === null ? '' : `${new Date(until).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
