import { hideSecrets } from './hide-secrets.ts';
import type { JsonFault } from './json-cursor.ts';
import { linesOf } from './text-lines.ts';

/** One thing wrong with an allowlist, and where: lines and columns count from 1, columns in UTF-16 units as editors do. */
export interface AllowlistProblem {
  readonly line: number;
  readonly column: number;
  /** The offending text, at most 60 units of it. */
  readonly text: string;
  readonly message: string;
  readonly hint?: string;
  /** The part of the line around the offending text. */
  readonly excerpt: string;
  /** Where in `excerpt` the offending text starts, and how much of it the excerpt shows. */
  readonly caret: number;
  readonly width: number;
}

const longestText = 60;
const longestExcerpt = 100;
const contextBefore = 30;

/** Turns a fault's offsets into what a person needs to find it. */
export function problemsIn(text: string): (fault: JsonFault) => AllowlistProblem {
  const shown = harmless(text);
  const lines = linesOf(text);
  return ({ start, end, message, hint }) => {
    const line = lines.lineOf(start);
    const lineStart = lines.startOf(line);
    const [whole = ''] = /^[^\r\n]*/.exec(shown.slice(lineStart, lines.startOf(line + 1))) ?? [];
    const from = start - lineStart > longestExcerpt - contextBefore ? start - lineStart - contextBefore : 0;
    const excerpt = whole.slice(from, from + longestExcerpt);
    const caret = start - lineStart - from;
    const width = Math.max(1, Math.min(end - start, excerpt.length - caret));
    const offending = shown.slice(start, Math.min(end, start + longestText));
    const place = { line, column: start - lineStart + 1, text: offending, excerpt, caret, width };
    return { ...place, message: harmless(message), ...(hint === undefined ? {} : { hint: harmless(hint) }) };
  };
}

/** The text, unit for unit, without what could act on a terminal or tell a secret in a log. */
function harmless(text: string): string {
  return hideSecrets(text)
    .replaceAll('\t', ' ')
    .replace(/(?![\r\n])[\p{Cc}\p{Cf}\u2028\u2029]/gu, (unit) => '\ufffd'.repeat(unit.length));
}

/**
 * The problem for a person: `allowlist.json:7:5: unknown key "platfroms" — hint: did you mean "platforms"?`, and the
 * line below it with the offending text marked.
 */
export function formatAllowlistProblem(file: string, problem: AllowlistProblem): string {
  const { line, column, message, hint, excerpt, caret, width } = problem;
  const head = `${file}:${line}:${column}: ${message}${hint === undefined ? '' : ` — hint: ${hint}`}`;
  if (excerpt.trim() === '') return head;
  const margin = ' '.repeat(String(line).length);
  // Counted in characters: a mark below a character outside the basic plane would stand one to the right otherwise.
  const indent = ' '.repeat([...excerpt.slice(0, caret)].length);
  return `${head}\n  ${line} | ${excerpt}\n  ${margin} | ${indent}${'^'.repeat(width)}`;
}
