import { unseen } from '../../core/problems/shown-text.ts';

/**
 * A value as JSON that may go to a terminal or a workflow's log: what is not seen, and `##`, which starts a command of
 * GitHub's and Azure's runners anywhere in a line, are written as `\uXXXX`, so that the value is the same.
 *
 * @param indent spaces for each level; all on one line without it
 */
export const jsonText = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replace(unseen, escapedOrBreak).replaceAll('##', '\\u0023\\u0023');

/** Line breaks are JSON's own: those of its strings are escaped already. */
const escapedOrBreak = (found: string): string =>
  found === '\n' ? found : Array.from({ length: found.length }, (_, at) => escapedUnit(found.charCodeAt(at))).join('');

const escapedUnit = (unit: number): string => `\\u${unit.toString(16).padStart(4, '0')}`;
