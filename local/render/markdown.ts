import { shownText } from '../../core/problems/shown-text.ts';

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
