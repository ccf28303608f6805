import { shownLine, unseen } from '../problems/shown-text.ts';
import { shownUrl } from '../problems/shown-url.ts';
import type { JsonFault } from './json-fault.ts';

/** One thing wrong with a text, and where: lines and columns count from 1, columns in UTF-16 units as editors do. */
export interface TextProblem {
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

const maxOffendingUnits = 60;
const maxQuotedUnits = 60;
const maxExcerptUnits = 100;
const unitsBeforeCaret = 30;

/** Turns a fault's offsets into what a person needs to find it. */
export function problemsIn(text: string): (fault: JsonFault) => TextProblem {
  const shown = harmlessSource(text);
  const lines = linesOf(text);
  return ({ start, end, message, hint }) => {
    const line = lines.lineOf(start);
    const lineStart = lines.startOf(line);
    const [whole = ''] = /^[^\r\n]*/.exec(shown.slice(lineStart, lines.startOf(line + 1))) ?? [];
    const isFarOut = start - lineStart > maxExcerptUnits - unitsBeforeCaret;
    const from = isFarOut ? start - lineStart - unitsBeforeCaret : 0;
    const excerpt = whole.slice(from, from + maxExcerptUnits);
    const caret = start - lineStart - from;
    const width = Math.max(1, Math.min(end - start, excerpt.length - caret));
    const offending = shown.slice(start, Math.min(end, start + maxOffendingUnits));
    const place = { line, column: start - lineStart + 1, text: offending, excerpt, caret, width };
    return { ...place, message: shownLine(message), ...(hint === undefined ? {} : { hint: shownLine(hint) }) };
  };
}

/**
 * The problem for a person: `allowlist.json:7:5: unknown key "platfroms" — hint: did you mean "platforms"?`, and the
 * line below it with the offending text marked, as lines.
 */
export function formatProblem(file: string, problem: TextProblem): string[] {
  const { line, column, message, hint, excerpt, caret, width } = problem;
  const head = `${file}:${line}:${column}: ${message}${hint === undefined ? '' : ` — hint: ${hint}`}`;
  if (excerpt.trim() === '') return [head];
  const margin = ' '.repeat(String(line).length);
  // Counted in characters: a mark below a character outside the basic plane would stand one to the right otherwise.
  const indent = ' '.repeat([...excerpt.slice(0, caret)].length);
  return [head, `  ${line} | ${excerpt}`, `  ${margin} | ${indent}${'^'.repeat(width)}`];
}

/** A JSON text, unit for unit, without what could act on a terminal or tell a secret in a log. */
function harmlessSource(text: string): string {
  return text
    .replace(/"(?:[^"\\\r\n]|\\.)*"?|'(?:[^'\\\r\n]|\\.)*'?|[^\s"']+/g, (word) =>
      isSecret(word) ? word.replace(/[^"]/g, '*') : word,
    )
    .replaceAll('\t', ' ')
    .replace(unseen, (found) => (/[\r\n]/.test(found) ? found : '\ufffd'.repeat(found.length)));
}

/** Whether a string of a JSON text, or another word of it, tells more than may be shown, its escapes resolved. */
function isSecret(word: string): boolean {
  const value = word.replace(/^["']|["']$/g, '').replace(/\\(?:u([0-9a-f]{4})|(.))/gi, unescaped);
  return shownUrl(value) !== value;
}

const unescaped = (_: string, hex: string | undefined, mark = ''): string =>
  hex === undefined ? (/[bfnrt]/.test(mark) ? ' ' : mark) : String.fromCharCode(Number.parseInt(hex, 16));

/** A text quoted for a message, cut to a readable length. Secrets are hidden first: half a secret is not recognised. */
export function quoted(text: string): string {
  const shown = shownUrl(text);
  return JSON.stringify(shown.length > maxQuotedUnits ? `${shown.slice(0, maxQuotedUnits - 3)}...` : shown);
}

interface TextLines {
  /** The line that holds an offset (UTF-16 units), from 1. */
  lineOf(offset: number): number;
  /** Where a line starts; the text's length for the line after the last. */
  startOf(line: number): number;
}

/** Finds lines of a text, ended by `\n`, `\r\n` or `\r` as editors count them. */
export function linesOf(text: string): TextLines {
  const starts = [0, ...text.matchAll(/\r\n|\n|\r/g).map((ending) => ending.index + ending[0].length)];
  const startOf = (line: number): number => starts[line - 1] ?? text.length;
  return {
    startOf,
    lineOf(offset) {
      let [low, high] = [1, starts.length];
      while (low < high) {
        const middle = Math.ceil((low + high) / 2);
        if (startOf(middle) <= offset) low = middle;
        else high = middle - 1;
      }
      return low;
    },
  };
}
