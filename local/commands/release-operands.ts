import { shownLine } from '../../core/problems/shown-text.ts';
import type { Flags } from './command.ts';
import { invalid } from './flags.ts';

/** A release, and why something is done to it; null undoes that. */
export interface ReleaseOperands {
  readonly name: string;
  readonly version: string;
  readonly reason: string | null;
}

/** Longer than what anybody reads in a terminal, in UTF-16 units. */
const maxReasonLength = 400;

/**
 * `NAME VERSION` with `--reason TEXT` or `--undo`, of the commands that take back.
 *
 * @throws GatehouseError `usage.invalid`
 */
export function releaseOperands(
  command: string,
  [name, version, more]: readonly string[],
  { reason, undo }: Flags,
): ReleaseOperands {
  if (name === undefined || version === undefined) throw invalid(`${command} needs a NAME and a VERSION`);
  if (more !== undefined) throw invalid(`"${more}" is not expected here`, 'a reason of several words is put in quotes');
  if (undo === true && reason === undefined) return { name, version, reason: null };
  if (undo === true) throw invalid('--undo takes no --reason', 'leave one of the two out');
  return { name, version, reason: reasonOf(command, String(reason ?? '').trim()) };
}

/** As a page and a terminal show it: one line, with nothing in it that acts. */
function reasonOf(command: string, text: string): string {
  if (text === '') {
    throw invalid(`${command} needs a reason`, 'say in a line why: --reason TEXT; --undo offers the version again');
  }
  if (text.length > maxReasonLength) {
    throw invalid(`--reason has more than ${maxReasonLength} characters`, 'say it in a line');
  }
  return shownLine(text);
}
