import { withoutSecrets } from './shown-url.ts';

/** In UTF-16 units. A longer line is no reading, and hides the lines around it. */
const maxLineUnits = 500;
/** The explanation of a solver may have thousands. */
const maxLines = 200;

/**
 * Characters that are not seen, but do something: controls of a terminal (C0, C1, DEL), marks that turn the direction of
 * writing or have no width, separators of lines and paragraphs, halves of a character. A line's end is one of them.
 */
export const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

const breaks = /[\t\n\v\f\r\u0085\u2028\u2029]/g;

/**
 * Text from outside as one line of a message may hold it: no secret of a URL, no line of its own, nothing that acts on a
 * terminal or is not seen, and cut where it is long.
 */
export function shownLine(text: string): string {
  // Again once it is one line: what stood between a user and its host before is seen there as it is shown.
  const line = withoutSecrets(withoutSecrets(text).replace(breaks, ' ').replace(unseen, '\ufffd'));
  if (line.length <= maxLineUnits) return line;
  return `${line.slice(0, maxLineUnits - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** The same of a text in lines, such as a solver's explanation: what is in its lines stays in them. */
export function shownText(text: string): string {
  const lines = text.split('\n');
  const shown = lines.slice(0, maxLines).map(shownLine);
  if (lines.length > maxLines) shown.push(`… and ${lines.length - maxLines} lines more`);
  return shown.join('\n');
}
